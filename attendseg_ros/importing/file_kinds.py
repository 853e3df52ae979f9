# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a file is that is no ONNX file, and how one is made of it."""

from __future__ import annotations

from pathlib import Path

from attendseg_ros.files import pointer_in

_TORCH = (
    "a PyTorch file: load the network in Python and write it with "
    "torch.onnx.export(network.eval(), torch.zeros(1, 3, HEIGHT, WIDTH), 'model.onnx')"
)
_TFLITE = (
    "a TensorFlow Lite file: convert it with "
    "python -m tf2onnx.convert --tflite FILE --output model.onnx --opset 17"
)
_KERAS = (
    "a Keras file: load the network in Python and write it with "
    "network.export('model.onnx', format='onnx')"
)
_TENSORFLOW = (
    "a TensorFlow file: convert it with "
    "python -m tf2onnx.convert --saved-model FOLDER --output model.onnx --opset 17"
)
_TENSORRT = (
    "a TensorRT engine, compiled for one GPU: give the ONNX file that it was built from, and run "
    "the bundle with engine tensorrt"
)
_PADDLE = (
    "a PaddlePaddle file: convert it with paddle2onnx --model_dir FOLDER --model_filename "
    "model.pdmodel --params_filename model.pdiparams --save_file model.onnx"
)
_OPENVINO = "a file of OpenVINO's: give the ONNX file that it was made of"
_ORT = "a file in ONNX Runtime's own format: give the ONNX file that it was made of"
_APPLE = "a Core ML file: export the network that it was made of as ONNX"
_CAFFE = "a Caffe file: export the network that it was made of as ONNX"
_DATA = "the weights beside an ONNX file: give the .onnx file itself"
_WEIGHTS = "a file of weights without a network: build the network in Python, load them, export it"

_BY_SUFFIX = {
    **dict.fromkeys((".pt", ".pth", ".ckpt", ".pkl", ".jit", ".torchscript", ".pt2"), _TORCH),
    **dict.fromkeys((".tflite", ".lite"), _TFLITE),
    **dict.fromkeys((".h5", ".hdf5", ".keras"), _KERAS),
    **dict.fromkeys((".pb", ".pbtxt"), _TENSORFLOW),
    **dict.fromkeys((".engine", ".plan", ".trt"), _TENSORRT),
    **dict.fromkeys((".pdmodel", ".pdiparams"), _PADDLE),
    **dict.fromkeys((".mlmodel", ".mlpackage"), _APPLE),
    **dict.fromkeys((".caffemodel", ".prototxt"), _CAFFE),
    **dict.fromkeys((".data", ".onnx_data", ".weights"), _DATA),
    ".safetensors": _WEIGHTS,
    ".xml": _OPENVINO,
    ".bin": _WEIGHTS,
    ".ort": _ORT,
}

_BY_CONTENT = (
    (0, b"PK\x03\x04", "an archive (PyTorch's .pt and Keras's .keras are such): " + _TORCH),
    (0, b"\x80\x02", _TORCH),
    (0, b"\x89HDF", _KERAS),
    (4, b"TFL3", _TFLITE),
    (4, b"ORTM", _ORT),
    (0, b"ftrt", _TENSORRT),
    (0, b"<?xml", _OPENVINO),
    (0, b"<!DOCTYPE", "a web page: the download did not give the file; fetch it again"),
    (0, b"<html", "a web page: the download did not give the file; fetch it again"),
    (0, b"\x1f\x8b", "compressed with gzip: unpack it first"),
)


def foreign_kind(path: Path, content: bytes = b"") -> str | None:
    """What a file is, in words that say how an ONNX file is made of it.

    Args:
        path: of the file, for its suffix.
        content: its first bytes, as far as they are known.

    Returns:
        None where nothing speaks against its being an ONNX file.
    """
    if pointer := pointer_in(content):
        return pointer
    for start, magic, what in _BY_CONTENT:
        if content[start : start + len(magic)] == magic:
            return what
    return _BY_SUFFIX.get(path.suffix.lower())
