#!/bin/sh
# Debian's chromium and a Chinese font for the browser tests. Without them these tests are left out, or fail when
# XIAOBAO_REQUIRE names browser.
set -eu
packages=
command -v chromium >/dev/null 2>&1 || packages="chromium"
ls /usr/share/fonts/opentype/noto/NotoSansCJK* >/dev/null 2>&1 || packages="$packages fonts-noto-cjk"
[ -z "$packages" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing for the browser tests: $packages"
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends $packages; } >/dev/null ||
        echo "apt-get failed; the browser tests are left out."
else
    echo "For the browser tests: sudo apt-get install$([ "${packages# }" = "$packages" ] && echo " ")$packages"
fi
exit 0
