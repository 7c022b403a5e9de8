"""The site's own tablets (P2-4.4.7b): enrolment, what they show at the door, which station they stand at."""
