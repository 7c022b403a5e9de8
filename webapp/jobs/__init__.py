"""What runs by itself: a table of jobs, workers that lease them, periodic slots (design.md section 6).

A job is enqueued in the transaction of the business that wants it, so both are there or neither. Its work and its end are one
transaction too: a worker that is killed leaves nothing half done, and another takes the job when the lease is over.
"""
