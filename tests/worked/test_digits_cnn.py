"""The network for digits: its derived step against differences, its data files, its training."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from symbackprop import derive
from symbackprop.entries.reference_values import Array
from worked import digits_cnn as cnn

STEP = 1e-5


def point(side: int, count: int) -> dict[str, Array]:
    rng = np.random.default_rng(3)
    p = cnn.start(cnn.network(side, 3, 5), rng)
    p |= {n: rng.normal(size=p[n].shape) for n in ("b1", "b2", "b3")}
    return {"x": rng.random((count, 1, side, side)), "t": rng.integers(0, 10, count), **p}


@pytest.mark.parametrize("side", [8, 11])
def test_gradients_of_a_training_step_by_central_differences(side: int) -> None:
    """Every array along random directions, and along single entries."""
    d = derive(cnn.network(side, 3, 5), of="L", wrt=cnn.LEARNED)
    f, at = d.compile("numpy"), point(side, 7)
    out = f(**at)
    rng = np.random.default_rng(4)

    def slope(name: str, v: Array) -> float:
        up, down = (f(**{**at, name: at[name] + h * v})["L"] for h in (STEP, -STEP))
        return float(up - down) / (2 * STEP)

    for name in cnn.LEARNED:
        single = np.zeros(at[name].size)
        single[int(rng.integers(single.size))] = 1.0
        for v in (rng.normal(size=at[name].shape), single.reshape(at[name].shape)):
            assert np.isclose(slope(name, v), np.sum(v * out[name]), rtol=1e-6, atol=1e-8), name


def test_the_loss_is_the_cross_entropy_of_the_softmax() -> None:
    at = point(8, 7)
    g = cnn.network(8, 3, 5)
    loss = derive(g, of="L").compile("numpy")(**at)["L"]
    s_bar = np.zeros((7, 10))
    s = derive(g, of="s", wrt="W").compile("numpy")(s_bar=s_bar, **at)["s"]
    p = np.exp(s) / np.exp(s).sum(-1, keepdims=True)
    assert np.isclose(loss, -np.log(p[np.arange(7), at["t"]]).mean())


def test_the_derivation_is_verified() -> None:
    report = derive(cnn.network(8, 3, 5), of="L", wrt=cnn.LEARNED).verify(seed=1)
    assert report.ok, report.failures


def written(folder: Path, name: str, values: Array) -> Path:
    head = bytes([0, 0, 8, values.ndim]) + np.array(values.shape, ">u4").tobytes()
    path = folder / name
    raw = head + values.astype(np.uint8).tobytes()
    path.write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
    return path


def dataset(folder: Path, end: str) -> None:
    rng = np.random.default_rng(5)
    for part, count in (("train", 40), ("t10k", 20)):
        written(folder, f"{part}-images-idx3-ubyte{end}", rng.integers(0, 256, (count, 8, 8)))
        written(folder, f"{part}-labels-idx1-ubyte{end}", rng.integers(0, 10, count))


@pytest.mark.parametrize("end", ["", ".gz"])
def test_idx_files_train_a_network(tmp_path: Path, end: str, capsys: pytest.CaptureFixture[str]) -> None:
    dataset(tmp_path, end)
    drawn = tmp_path / "curve.svg"
    assert cnn.main(["--mnist", str(tmp_path), "--epochs", "2", "-o", str(drawn)]) == 0
    assert "of 20 images; seed 0, 2 epochs" in capsys.readouterr().out
    assert drawn.read_text("utf-8").startswith("<svg")


def test_bad_files_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dataset(tmp_path, "")
    images = tmp_path / "train-images-idx3-ubyte"
    whole = images.read_bytes()
    for raw, said in (
        (whole[:-1], "its head says (40, 8, 8)"),
        (whole[:9], "no IDX file"),
        (b"PNG" + whole, "no IDX file"),
    ):
        images.write_bytes(raw)
        assert cnn.main(["--mnist", str(tmp_path)]) == 2
        assert said in capsys.readouterr().err
    images.unlink()
    assert cnn.main(["--mnist", str(tmp_path)]) == 2
    assert "has neither train-images-idx3-ubyte nor" in capsys.readouterr().err
    broken = gzip.compress(whole)[:-9]
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(broken)
    assert cnn.main(["--mnist", str(tmp_path)]) == 2
    assert "cannot be read" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_digits_are_learned(seed: int) -> None:
    pytest.importorskip("sklearn")
    data = cnn.digits(seed)
    assert (len(data.labels), len(data.test_labels)) == (1437, 360)
    g = cnn.network(8)
    parameters, losses = cnn.train(g, data, 30, seed, lambda share: None)
    assert losses[-1] < losses[0] / 10
    assert cnn.accuracy(g, parameters, data.test_images, data.test_labels) > 0.97
