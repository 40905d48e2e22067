"""Looks at one PDF, in a process of its own that may not take long nor much memory: a hostile file ends this one only.

Reads the file from standard input; writes a line of JSON, then the cover as a JPEG. Knows neither Django nor us.
"""

import io
import json
import resource
import sys


def main(most_pages, width, height, of_a_page, of_all, seconds, memory):
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(sys.stdin.buffer.read())
    except pypdfium2.PdfiumError as error:
        return {"refused": "encrypted" if "password" in str(error).casefold() else "broken"}, b""
    pages = len(pdf)
    if not 0 < pages <= most_pages:
        return {"refused": "pages", "pages": pages}, b""
    try:
        texts, left = [], of_all
        for number in range(pages):
            page = pdf[number]
            text = page.get_textpage().get_text_bounded()[: min(of_a_page, left)]
            texts.append(text.encode("utf-8", "ignore").decode().replace("\0", ""))
            left -= len(texts[-1])
            page.close()
        first = pdf[0]
        scale = min(width / first.get_width(), height / first.get_height())
        cover = first.render(scale=scale).to_pil().convert("RGB")
        cover.thumbnail((width, height))
        file = io.BytesIO()
        cover.save(file, "JPEG", quality=85, optimize=True, progressive=True)
    except (pypdfium2.PdfiumError, ZeroDivisionError, ValueError, OSError, MemoryError):
        return {"refused": "broken"}, b""
    return {"pages": pages, "texts": texts, "width": cover.width, "height": cover.height}, file.getvalue()


if __name__ == "__main__":
    found, cover_bytes = main(*map(int, sys.argv[1:]))
    sys.stdout.buffer.write(json.dumps(found).encode() + b"\n" + cover_bytes)
