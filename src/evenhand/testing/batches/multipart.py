"""Reading a multipart form: the parts by name."""

from evenhand.testing.parameters import bad_request


def read_form(content_type: str, body: bytes) -> dict[str, bytes]:
    """The content of each part of a `multipart/form-data` body, by the part's name.

    Raises:
        Rejection: It is not one.
    """
    kind, _, rest = content_type.partition(";")
    boundary = rest.partition("boundary=")[2].strip().strip('"')
    if kind.strip().lower() != "multipart/form-data" or not boundary:
        raise bad_request("body", "expected multipart/form-data with a boundary")
    parts = body.split(f"--{boundary}".encode("latin-1"))[1:-1]
    return dict(_part(part) for part in parts)


def _part(part: bytes) -> tuple[str, bytes]:
    head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    name = head.decode("latin-1").partition('name="')[2].partition('"')[0]
    return name, content.removesuffix(b"\r\n")
