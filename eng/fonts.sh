#!/bin/sh
# Installs the Korean and emoji fonts that training pictures are drawn with (Debian and Ubuntu; run as root).
set -eu
apt-get update
apt-get install -y --no-install-recommends \
    fonts-nanum fonts-nanum-extra fonts-noto-cjk fonts-noto-cjk-extra fonts-baekmuk \
    fonts-unfonts-core fonts-unfonts-extra fonts-woowa-bm fonts-lexi-gulim fonts-lexi-saebom \
    fonts-naver-d2coding fonts-alee fonts-wqy-microhei fonts-unifont fonts-noto-color-emoji
