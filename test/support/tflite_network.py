# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Writes a Keras network as TFLite, converted to ONNX, and what TFLite itself says of an image.

`python test/support/tflite_network.py OUT_DIR IMAGE.npy`, with tensorflow and tf2onnx installed;
in a process of its own, since TensorFlow and torch do not share one gladly. For each of "soft"
(ends in a softmax) and "ids" (ends in an argmax): OUT_DIR/<name>.onnx and OUT_DIR/<name>.npy.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

CLASSES = 21


def network(height: int, width: int) -> tuple[Any, Any]:
    """Input and scores: MobileNetV2 with the skip connection of DeepLabV3+, random weights."""
    import keras

    keras.utils.set_random_seed(0)
    backbone = keras.applications.MobileNetV2(
        input_shape=(height, width, 3), include_top=False, weights=None, alpha=0.35
    )
    deep = backbone.get_layer("block_13_expand_relu").output
    deep = keras.layers.Conv2D(64, 1, activation="relu")(deep)
    deep = keras.layers.UpSampling2D(4, interpolation="bilinear")(deep)
    beside = backbone.get_layer("block_3_expand_relu").output
    scores = keras.layers.Conv2D(CLASSES, 3, padding="same")(
        keras.layers.Concatenate()([deep, beside])
    )
    return backbone.input, keras.layers.UpSampling2D(4, interpolation="bilinear")(scores)


def main() -> None:
    """Writes both networks and their masks."""
    import keras
    import tensorflow

    folder, image = Path(sys.argv[1]), np.load(sys.argv[2])
    given, scores = network(*image.shape[:2])
    ends = {
        "soft": keras.layers.Softmax()(scores),
        "ids": keras.layers.Lambda(lambda found: tensorflow.argmax(found, axis=-1))(scores),
    }
    for name, end in ends.items():
        converter = tensorflow.lite.TFLiteConverter.from_keras_model(keras.Model(given, end))
        content = converter.convert()
        file = folder / f"{name}.tflite"
        file.write_bytes(content)
        command = ["-m", "tf2onnx.convert", "--tflite", str(file), "--opset", "17"]
        target = str(folder / f"{name}.onnx")
        subprocess.run([sys.executable, *command, "--output", target], check=True)
        interpreter = tensorflow.lite.Interpreter(model_content=content)
        interpreter.allocate_tensors()
        numbers = (image[None] / 127.5 - 1.0).astype(np.float32)
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], numbers)
        interpreter.invoke()
        result = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])[0]
        np.save(folder / f"{name}.npy", result if result.ndim == 2 else result.argmax(axis=-1))


if __name__ == "__main__":
    main()
