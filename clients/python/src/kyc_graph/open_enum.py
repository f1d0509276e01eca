"""Enums of the schema."""

from enum import StrEnum


class OpenEnum(StrEnum):
    """An enum of the schema; a value that a newer server has added is read as a member of its own name."""

    @classmethod
    def _missing_(cls, value: object) -> "OpenEnum | None":
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = member._value_ = value
        return member
