"""Forms of the workspace."""

from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField
from wtforms.validators import InputRequired

from portal.web.forms import Form


class ImportFile(Form):
    kind = SelectField("What is in the file", [InputRequired()])
    file = FileField(
        "File",
        validators=[FileRequired("Choose a file.")],
        description="CSV in any encoding, or a workbook (xlsx, xls, ods). The first row names the columns.",
    )
