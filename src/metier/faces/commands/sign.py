"""`metier govern sign` and its kin: who vouches for these bytes, and what are they made of?"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from metier.faces.commands.library import IdentityOption, IssuerOption, KeyOption, RootOption, trusted
from metier.faces.show import AsJson, as_json, place, say, table

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

PackageArgument = Annotated[Path, typer.Argument(parser=place, help="The folder of a package.")]
SignatureOption = Annotated[
    Path | None, typer.Option("--signature", help="Where the signature lies; skill.oms.sig in the folder by default.")
]


@app.command("sign")
def sign_package(
    folder: PackageArgument,
    key: Annotated[Path, typer.Option("--key", help="The private key, PEM (P-256, P-384 or P-521).")],
    certificate: Annotated[Path | None, typer.Option("--certificate", help="The certificate of the key, PEM.")] = None,
    chain: Annotated[list[Path] | None, typer.Option("--chain", help="Certificates up to the root, PEM.")] = None,
    signature: SignatureOption = None,
    password_env: Annotated[
        str, typer.Option("--password-env", metavar="NAME", help="The variable that holds the password of the key.")
    ] = "",
    json: AsJson = False,
) -> None:
    """Sign every file of a package, as OpenSSF Model Signing v1 has it.

    Example: metier govern sign skills/pdf-forms --key signer.key
    """
    from metier.govern.sign import left_out, sign

    password = _password(password_env) if password_env else None
    path = sign(folder, key, certificate=certificate, chain=chain or (), password=password, signature=signature)
    if json:
        as_json({"signature": path, "left_out": left_out(folder)})
        return
    say(f"Signed: {path}")
    if unsigned := left_out(folder):
        say(f"Left out: {', '.join(unsigned)}. verify-signature refuses that, unless told --ignore-git-paths.")


@app.command("verify-signature")
def verify_signature(
    folders: Annotated[list[Path], typer.Argument(parser=place, help="The folders of packages.")],
    root: RootOption = None,
    key: KeyOption = None,
    identity: IdentityOption = None,
    issuer: IssuerOption = None,
    signature: SignatureOption = None,
    at: Annotated[
        datetime | None, typer.Option(help="When certificates must be valid (UTC); when the signer began, by default.")
    ] = None,
    ignore_git_paths: Annotated[
        bool, typer.Option("--ignore-git-paths", help="Pass .git, .github and the like that nobody signed.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Check who signed packages and that no file differs, is missing or was added. Exit code 1 if one is not verified.

    A valid signature says who signed which bytes, never that they are safe.

    Example: metier govern verify-signature skills/pdf-forms --root root.pem

    Example: metier govern verify-signature skills/pdf-forms --identity ada@mail.example
    --issuer https://accounts.google.com
    """
    from datetime import UTC

    from metier.errors import ConfigError
    from metier.govern.sign import verify

    trust = trusted(root, key, identity, issuer)
    if trust is None:
        raise ConfigError(
            "Nobody is trusted yet.",
            hint="Name a root certificate with --root, a key with --key, or a login with --identity and --issuer.",
        )
    if at and trust.login:
        raise ConfigError("Expected --identity without --at: Sigstore's log says when it was signed.")
    moment = at.replace(tzinfo=UTC) if at else None
    reports = [
        (folder, verify(folder, trust, signature=signature, at=moment, ignore_git_paths=ignore_git_paths))
        for folder in folders
    ]
    if json:
        as_json([{"path": folder, "report": report} for folder, report in reports])
    else:
        table(
            ("package", "state", "signer", "path", "fault"),
            (
                (folder, report.state.value, report.signer, path, message)
                for folder, report in reports
                for path, message in [(f.path, f.message) for f in report.faults] or [("", "; ".join(report.notes))]
            ),
        )
    if any(not report.is_verified for _, report in reports):
        raise typer.Exit(1)


@app.command("bom")
def bom(
    folder: PackageArgument,
    root: RootOption = None,
    key: KeyOption = None,
    identity: IdentityOption = None,
    issuer: IssuerOption = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A file; standard output (-) by default.")
    ] = None,
) -> None:
    """Write the bill of materials of a package as CycloneDX 1.6 JSON: files, digests, dependencies, licence, signature.

    Example: metier govern bom skills/pdf-forms -o pdf-forms.cdx.json
    """
    from metier.govern.bom import bill_of_materials
    from metier.govern.sign import verify

    trust = trusted(root, key, identity, issuer)
    text = bill_of_materials(folder, signature=verify(folder, trust) if trust else None)
    if output in (None, Path("-")):
        typer.echo(text.decode(), nl=False)
        return
    from metier.faces.files import make_writable
    from metier.faces.output import writing

    make_writable(output, "--output", is_any=True)
    with writing(output) as file:
        file.write(text)
    say(f"Written: {output}")


def _password(name: str) -> bytes:
    """What an environment variable holds: a password on the command line could be read by others."""
    from metier.errors import ConfigError

    if not (value := os.environ.get(name)):
        raise ConfigError(f"Expected a password in the environment variable {name!r}, which is empty or not set.")
    return os.fsencode(value)
