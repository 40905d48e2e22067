"""nginx with the files of deploy/nginx as they are; only what differs from site to site is written for this machine."""

import shutil
import subprocess
from pathlib import Path

from benchmarks.portals import HERE
from tests.cluster.processes import program

FILES = HERE / "deploy" / "nginx"
OF_ITS_OWN = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
OF_ITS_OWN += ["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]


def front(folder: Path, nodes: list[str], https: int, http: int, static: Path, errors: Path) -> list[str]:
    """The command that starts it before the nodes, with a certificate of its own; what it writes goes to the folder."""
    configuration = folder / "conf"
    shutil.copytree(FILES, configuration)
    key, certificate = configuration / "key.pem", configuration / "certificate.pem"
    made = [program("openssl"), *OF_ITS_OWN, "-keyout", key, "-out", certificate]
    subprocess.run(made, check=True, capture_output=True)
    written = {
        "upstream.conf": "".join(
            [f"server {node} max_fails=3 fail_timeout=3s;\n" for node in nodes]
            + [f"server {node} max_fails=0 backup;\n" for node in nodes]
        ),
        "https.conf": f"listen 127.0.0.1:{https} ssl http2 default_server;\n"
        f"server_name localhost;\nssl_certificate {certificate};\nssl_certificate_key {key};\n",
        "http.conf": f"listen 127.0.0.1:{http} default_server;\nserver_name localhost;\n",
        "origin.conf": f'map "" $origin {{ default "https://localhost:{https}"; }}\n'
        + "".join(f"{name}_temp_path {folder};\n" for name in ("client_body", "proxy")),
        "log.conf": "access_log /dev/stdout json;\n",
        "paths.conf": f"set $static_root {static};\nset $errors_root {errors};\n",
    }
    for name, text in written.items():
        (configuration / "site" / name).write_text(text, "utf-8")
    main = f"pid {folder}/pid; daemon off;"
    return [program("nginx"), "-p", str(folder), "-c", str(configuration / "nginx.conf"), "-g", main]
