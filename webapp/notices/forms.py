"""What is said of a notice."""

from webapp.operations.fields import Form, Identity


class ReadForm(Form):
    notice = Identity()
