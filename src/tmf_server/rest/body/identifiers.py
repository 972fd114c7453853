"""What an id may be made of. No HTTP, no SQL."""

import re

from tmf_server.errors import Fault, InvalidInput

ID_FORM = re.compile(r"[A-Za-z0-9._~:@-]{1,128}")


def check_id(text: str, where: str = "/id") -> None:
    """Raise InvalidInput unless the id is made of 1 to 128 letters, digits and . _ ~ : @ -"""
    if ID_FORM.fullmatch(text) is None:
        fault = Fault(where, "expected 1 to 128 letters, digits and . _ ~ : @ -")
        raise InvalidInput("The id is not one that a record can have.", faults=[fault], code="invalidId")
