"""Child process: one untrusted picture in, one small clean JPEG out.

`python -m xiaobao.worker.preview SOURCE TARGET` decodes under limits of time and memory, so that a
decompression bomb or a broken decoder ends this process and nothing else. The copy carries no metadata:
photos of evidence tell where a citizen lives.
"""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path

MEMORY_BYTES = 1536 * 1024 * 1024
CPU_SECONDS = 20
MOST_PIXELS = 120_000_000  # the largest telephone cameras take 108 million
LONGEST_SIDE = 1600  # pixels; enough to read a receipt on a screen
QUALITY = 85


def main(source: str, target: str) -> int:
    """0 when the copy lies at `target`, whole; else 1 with the reason on stderr."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        _copy(Path(source), Path(target))
    except (Exception, MemoryError) as error:  # whatever a decoder throws, there is no copy
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


def _copy(source: Path, target: Path) -> None:
    from PIL import Image, ImageFile, ImageOps
    from pillow_heif import register_heif_opener

    register_heif_opener()
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    with Image.open(source, formats=("JPEG", "PNG", "WEBP", "HEIF")) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise ValueError(f"{picture.width}x{picture.height} pixels are too many")
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is then decoded small at once
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(picture)
        if upright.mode in ("RGBA", "LA", "PA", "P"):
            upright = upright.convert("RGBA")
            paper = Image.new("RGBA", upright.size, "white")
            upright = Image.alpha_composite(paper, upright)
        clean = Image.new("RGB", upright.size)
        clean.paste(upright.convert("RGB"))
    scratch = target.with_suffix(f".{os.getpid()}.tmp")
    try:
        clean.save(scratch, "JPEG", quality=QUALITY, optimize=True)
        scratch.replace(target)
    finally:
        scratch.unlink(missing_ok=True)


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:3]))
