"""A plugin of ariadne-codegen: enums that take values of a newer server."""

from ariadne_codegen.plugins.base import Plugin


class OpenEnumsPlugin(Plugin):
    def generate_enums_code(self, generated_code: str) -> str:
        return generated_code.replace("from enum import Enum", "from ..open_enum import OpenEnum").replace(
            "(str, Enum)", "(OpenEnum)"
        )
