# Grading on macOS and Windows: the same commands, in a Linux that has bubblewrap.
# docs/instructors.md says how to build and start it.
FROM python:3.12-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends bubblewrap git make procps \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/cnn-course
COPY . .
# Not below the course's folder, which is mounted at run time, and not editable: the image is whole.
RUN python -m venv /opt/environment \
    && /opt/environment/bin/pip install --no-cache-dir -c constraints.txt . ./grader
ENV PATH=/opt/environment/bin:$PATH
WORKDIR /course
