"""Generates the client from the schema and the operations: `python codegen/generate.py [folder of the package]`."""

import sys
import tempfile
import tomllib
from pathlib import Path

from ariadne_codegen.main import client

PACKAGE = Path(__file__).parents[1]
OPERATIONS = PACKAGE / "../../schema/operations"


def generate(target: Path) -> None:
    """Writes the folder `generated` into `target`."""
    config = tomllib.loads((PACKAGE / "pyproject.toml").read_text())
    settings = config["tool"]["ariadne-codegen"]
    with tempfile.TemporaryDirectory() as folder:
        for path in OPERATIONS.glob("*.graphql"):
            # The blocking client has no methods for subscriptions: `wait_for` opens them for queries.
            if path.name != "subscriptions.graphql":
                (Path(folder) / path.name).write_text(path.read_text())
        settings["schema_path"] = str(PACKAGE / "../../schema/api.graphql")
        settings["base_client_file_path"] = str(PACKAGE / "codegen/base_client.py")
        settings["queries_path"] = folder
        settings["target_package_path"] = str(target)
        client(config)


if __name__ == "__main__":
    generate(Path(sys.argv[1]) if len(sys.argv) > 1 else PACKAGE / "src/kyc_graph")
