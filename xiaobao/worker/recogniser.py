"""Child process: pictures in, lines of text out. The one module that imports the recogniser.

`python -m xiaobao.worker.recogniser` reads one path a line from stdin and answers each with one line of JSON on
stdout: {"lines": [[text, score, [[x, y] * 4]], ...]} or {"error": why}. Models and pictures (600 MB) stay in here;
whoever started it kills it when it hangs (ocr.py). A decoder taken over by a picture finds no secret in here.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Any

MEMORY_BYTES = 3 * 1024**3  # of addresses, most of it never touched
MOST_PIXELS = 120_000_000  # the largest telephone cameras take 108 million
LONGEST_SIDE = 2000  # pixels; small print of a photographed receipt is still 20 high
SHORTEST_SIDE = 640  # smaller pictures are enlarged: the recogniser wants letters of some height
MARGIN = 24  # white around it: letters at the edge are else not found
LITTLE = 12  # characters: fewer from a whole picture is doubtful
UNSURE = 0.75  # mean score
THREADS = 1  # the citizen's bot runs on the same machine

Line = tuple[str, float, list[list[float]]]


def main() -> int:
    """Answer until stdin ends."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answers = sys.stdout
    sys.stdout = sys.stderr  # whatever a library prints is no answer
    engine = load()
    for asked in sys.stdin:
        try:
            told: dict[str, Any] = {"lines": read(engine, Path(asked.rstrip("\n")))}
        except (Exception, MemoryError) as error:  # whatever a decoder throws, there is no text
            told = {"error": f"{type(error).__name__}: {error}"[:200]}
        print(json.dumps(told, ensure_ascii=False), file=answers, flush=True)
    return 0


def load(threads: int = THREADS) -> Any:
    """The recogniser with its models; half a second."""
    from rapidocr_onnxruntime import RapidOCR

    return RapidOCR(intra_op_num_threads=threads, inter_op_num_threads=1)


def read(engine: Any, path: Path) -> list[Line]:
    """The lines of a picture, upright, in pixels of its shrunk copy; again with more contrast when little was read."""
    image = _open(path)
    lines = recognise(engine, image)
    if _doubtful(lines):
        lines = max(lines, recognise(engine, _stretched(image)), key=_worth)
    return lines


def recognise(engine: Any, image: Any) -> list[Line]:
    """Find the lines, turn the picture until they stand upright, read them."""
    boxes = _boxes(engine, image)
    if not len(boxes):
        return []
    if _lie_on_their_side(boxes):
        image = _turned(image, 1)
        boxes = _boxes(engine, image)
        if not len(boxes):
            return []
    crops, upside_down = _crops(engine, image, boxes)
    if upside_down:
        image = _turned(image, 2)
        boxes = _boxes(engine, image)
        if not len(boxes):
            return []
        crops, _ = _crops(engine, image, boxes)
    found, _ = engine.text_rec(crops)
    return [
        (str(text), round(float(score), 3), [[round(float(x), 1), round(float(y), 1)] for x, y in box])
        for box, (text, score) in zip(boxes, found, strict=True)
        if text.strip() and float(score) >= engine.text_score
    ]


def _open(path: Path) -> Any:
    """The picture as the recogniser takes it: upright by its own note, of a sensible size, on white."""
    import numpy
    from PIL import Image, ImageOps
    from pillow_heif import register_heif_opener

    register_heif_opener()
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with Image.open(path, formats=("JPEG", "PNG", "WEBP", "HEIF")) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise ValueError(f"{picture.width}x{picture.height} pixels are too many")
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is then decoded small at once
        # A long screenshot keeps its width: what counts is the height of its letters, not its own.
        longest = max(LONGEST_SIDE, min(max(picture.size), round(max(picture.size) / min(picture.size) * 800)))
        picture.thumbnail((min(longest, 6000), min(longest, 6000)))
        upright = ImageOps.exif_transpose(picture).convert("RGBA")
    if min(upright.size) < SHORTEST_SIDE:
        factor = min(2.0, SHORTEST_SIDE / min(upright.size))
        upright = upright.resize((round(upright.width * factor), round(upright.height * factor)))
    paper = Image.new("RGBA", (upright.width + 2 * MARGIN, upright.height + 2 * MARGIN), "white")
    paper.alpha_composite(upright, (MARGIN, MARGIN))
    return numpy.ascontiguousarray(numpy.asarray(paper.convert("RGB"))[:, :, ::-1])


def _boxes(engine: Any, image: Any) -> Any:
    boxes, _ = engine.auto_text_det(image)
    return boxes if boxes is not None else []


def _crops(engine: Any, image: Any, boxes: Any) -> tuple[Any, bool]:
    """The pieces to be read, each upright, and whether most of them had to be turned over."""
    crops, votes, _ = engine.text_cls(engine.get_crop_img_list(image, boxes))
    turned = sum(label == "180" and score > 0.9 for label, score in votes)
    return crops, turned * 2 > len(votes)


def _lie_on_their_side(boxes: Any) -> bool:
    """Whether most long lines run up or down."""
    shapes = [(max(x for x, _ in box) - min(x for x, _ in box), max(y for _, y in box) - min(y for _, y in box)) for box in boxes]  # fmt: skip
    tall = sum(height for width, height in shapes if height > 1.5 * width)
    wide = sum(width for width, height in shapes if width > 1.5 * height)
    return bool(tall > wide)


def _turned(image: Any, quarters: int) -> Any:
    import numpy

    return numpy.ascontiguousarray(numpy.rot90(image, quarters))


def _stretched(image: Any) -> Any:
    """More contrast, piece by piece: a faded receipt, a photo by night."""
    import cv2

    lightness, green, blue = cv2.split(cv2.cvtColor(image, cv2.COLOR_BGR2LAB))
    lightness = cv2.createCLAHE(clipLimit=3.0, tileGridSize=(8, 8)).apply(lightness)
    return cv2.cvtColor(cv2.merge((lightness, green, blue)), cv2.COLOR_LAB2BGR)


def _worth(lines: list[Line]) -> float:
    return sum(len(text) * score**2 for text, score, _ in lines)


def _doubtful(lines: list[Line]) -> bool:
    letters = sum(len(text) for text, _, _ in lines)
    return letters < LITTLE or sum(len(text) * score for text, score, _ in lines) < UNSURE * letters


if __name__ == "__main__":
    raise SystemExit(main())
