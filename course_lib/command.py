"""The command `course`: what learners run outside of a notebook.

course prefetch                 all real sets, into COURSE_DATA_DIR or the user's cache
course prefetch mnist --to data
course prefetch resnet18        weights of a network trained on ImageNet
course list
course visualiser lab           what a network sees, as a page in the browser
"""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__
)


@app.command()
def prefetch(
    sets: Annotated[
        list[str] | None,
        typer.Argument(help="mnist, fashion_mnist, cifar10 (default: these); resnet18"),
    ] = None,
    to: Annotated[
        Path | None, typer.Option(help="The folder; default: COURSE_DATA_DIR, or the cache.")
    ] = None,
    mirror: Annotated[
        list[str] | None, typer.Option(help="Address of another data folder, asked first.")
    ] = None,
) -> None:
    """Download the real data sets, and weights; what is there already is checked and kept."""
    from course_lib import data

    try:
        data.prefetch(*(sets or ()), folder=to, mirrors=mirror or ())
    except (data.PrefetchFailed, ValueError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        typer.echo("\nStopped. What came so far is kept; run the command again to go on.")
        raise typer.Exit(130) from None
    typer.echo("All there.")


@app.command(name="list")
def list_sets() -> None:
    """Say which data sets can be loaded here, and why others cannot."""
    from course_lib import data

    for name in data.names():
        try:
            typer.echo(f"{name:16}{data.load(name).source}")
        except (data.DataMissing, data.DataDamaged) as error:
            typer.echo(f"{name:16}not here: {error}")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def visualiser(
    context: typer.Context,
    notebooks: Annotated[
        Path, typer.Argument(help="The folder of the sections' folders.", file_okay=False)
    ] = Path("notebooks"),
) -> None:
    """Open the visualiser in the browser; it runs on what your notebooks have, as saved.

    Further options go to voila: --port=8899, --no-browser.
    """
    from course_lib.visualiser.page import serve

    if not notebooks.is_dir():
        typer.echo(f"There is no folder {notebooks}. Name the one that holds your notebooks.")
        raise typer.Exit(1)
    try:
        raise typer.Exit(serve(notebooks, *context.args))
    except KeyboardInterrupt:
        typer.echo("\nStopped.")


if __name__ == "__main__":
    app()
