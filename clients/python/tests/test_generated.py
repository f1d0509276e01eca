import subprocess
import sys
import zipfile
from pathlib import Path

from hatchling.builders.wheel import WheelBuilder

from kyc_graph import ErrorCode, PersonStatus
from kyc_graph.generated.check_payee import CheckPayeeVerifyAccountResultAccount

PACKAGE = Path(__file__).parents[1]
GENERATED = PACKAGE / "src/kyc_graph/generated"


def test_the_generated_files_are_those_of_the_schema_and_the_operations(tmp_path: Path) -> None:
    subprocess.run([sys.executable, PACKAGE / "codegen/generate.py", tmp_path], check=True, capture_output=True)

    def texts(folder: Path) -> dict[str, str]:
        return {path.name: path.read_text() for path in folder.glob("*.py")}

    # When this fails, run `python codegen/generate.py` and commit what it writes.
    assert texts(tmp_path / "generated") == texts(GENERATED)


def test_a_value_of_an_enum_that_a_newer_server_has_added_is_read() -> None:
    account = CheckPayeeVerifyAccountResultAccount.model_validate(
        {"status": "NEWER", "nameCheckStatus": "FULL_MATCH", "respondedName": None}
    )
    assert account.status == "NEWER"
    assert account.name_check_status == "FULL_MATCH"
    assert PersonStatus("NEWER").value == "NEWER"
    assert f"{PersonStatus.ACTIVE} {PersonStatus('NEWER')} {ErrorCode.CONFLICT}" == "ACTIVE NEWER CONFLICT"


def test_the_wheel_says_that_it_has_types(tmp_path: Path) -> None:
    wheel = next(WheelBuilder(str(PACKAGE)).build(directory=str(tmp_path), versions=["standard"]))
    assert "kyc_graph/py.typed" in zipfile.ZipFile(wheel).namelist()
