"""`python bi/load.py RELEASE_FILE`: put the assets into Superset and let one person in.

Runs in Superset's environment. LODESTAR_BI_USER and LODESTAR_BI_PASSWORD are the user's name and password.
A second run imports only if an asset or the release's columns have changed since: the project's charts and
dashboards are then as the project has them, what people saved under other names stays.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from contextlib import redirect_stdout
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bi.bundle import AssetsOutOfDate, as_files, bundle


def main(release: Path) -> int:
    """Import; gives the exit code."""
    try:
        files = as_files(bundle(release))
    except AssetsOutOfDate as error:
        print(f"error: {error}", file=sys.stderr)
        return 1

    made_of = hashlib.sha256(json.dumps([files, _who()], sort_keys=True).encode()).hexdigest()
    mark = Path(os.environ["LODESTAR_BI_HOME"]) / "imported"
    if mark.is_file() and mark.read_text() == made_of:
        print(f"{len(files)} assets, none of them changed")
        return 0

    # Superset reads its configuration, and tells about it, while it is imported.
    with redirect_stdout(sys.stderr):
        from superset.app import create_app

        app = create_app()
    with app.app_context():
        from superset import appbuilder, security_manager
        from superset.commands.exceptions import CommandInvalidError
        from superset.commands.importers.v1.assets import ImportAssetsCommand
        from superset.extensions import db
        from superset.utils.core import override_user

        name, password = _who()
        user = security_manager.find_user(username=name)
        if user is None:
            # As `superset init` does: without these not even an administrator may use all of the API.
            appbuilder.add_permissions(update_perms=True)
            security_manager.sync_role_definitions()
            user = security_manager.add_user(
                name, "Lodestar", "Analyst", f"{name}@example.invalid",
                security_manager.find_role("Admin"), password=password,
            )  # fmt: skip
        else:
            security_manager.reset_password(user.id, password)
        with override_user(user):
            command = ImportAssetsCommand(files)
            try:
                command.validate()
            except CommandInvalidError as error:
                said = error.normalized_messages()
                print(f"error: Superset does not take the assets: {said}", file=sys.stderr)
                return 1
            command.run()
            db.session.commit()
    mark.write_text(made_of)
    print(f"{len(files)} assets imported")
    return 0


def _who() -> tuple[str, str]:
    return os.environ["LODESTAR_BI_USER"], os.environ["LODESTAR_BI_PASSWORD"]


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
