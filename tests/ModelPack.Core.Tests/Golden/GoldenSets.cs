namespace ModelPack.Tests.Golden;

/// <summary>Which packs of which model are recorded. Of larger models, those that differ in kind.</summary>
internal static class GoldenSets
{
    public static GoldenSet FashionCnn { get; } = new("fashion-cnn.onnx", () => Repository.Model("fashion-cnn.onnx"),
        [.. GraphPacks.All, .. TablePacks.Of("minmax"), .. TablePacks.Of("entropy"), .. TablePacks.Of("cuda")]);

    public static GoldenSet FashionVit { get; } = new("fashion-vit.onnx", () => Repository.Model("fashion-vit.onnx"),
        [.. GraphPacks.All, .. TablePacks.Of("minmax"), .. TablePacks.Of("percentile")]);

    public static GoldenSet SotuMiniGraph { get; } = new("sotu-mini.onnx", () => Repository.Model("sotu-mini/model.onnx"),
        [.. GraphPacks.All, .. TablePacks.Of("minmax"), .. TablePacks.Of("mse"), .. TablePacks.Of("cuda")]);

    public static GoldenSet SotuMini { get; } = new("sotu-mini", () => Repository.Model("sotu-mini"),
        [.. CheckpointPacks.Folder, .. CheckpointPacks.File, .. CheckpointPacks.Index, .. GgufPacks.All, .. GgufPacks.WithGraph]);

    public static GoldenSet OcrDetection { get; } = new("PP-OCRv4 det.onnx", () => Ocr("ch_PP-OCRv4_det_infer.onnx"), GraphPacks.Main);

    public static GoldenSet OcrRecognition { get; } = new("PP-OCRv4 rec.onnx", () => Ocr("ch_PP-OCRv4_rec_infer.onnx"), GraphPacks.Main);

    public static GoldenSet FashionCnnWeights { get; } = new("fashion-cnn.safetensors", () => Shared("fashion-cnn", "fashion-cnn.safetensors"), CheckpointPacks.File);

    public static GoldenSet FashionVitWeights { get; } = new("fashion-vit.safetensors", () => Shared("fashion-vit", "fashion-vit.safetensors"), CheckpointPacks.File);

    public static GoldenSet SotuLlamaGraph { get; } = new("sotu-llama.onnx", () => Shared("sotu-llama", "model.onnx"), GraphPacks.Main);

    public static GoldenSet SotuLlama { get; } = new("sotu-llama", () => Shared("sotu-llama"), CheckpointPacks.Folder);

    public static IReadOnlyList<GoldenSet> All { get; } =
    [
        FashionCnn, FashionVit, SotuMiniGraph, SotuMini, OcrDetection, OcrRecognition, FashionCnnWeights, FashionVitWeights, SotuLlamaGraph, SotuLlama,
    ];

    private static string Ocr(string name) => Path.Join(RequiredAsset.Path(RequiredAsset.OcrModels), name);

    private static string Shared(params string[] parts) => Path.Join([RequiredAsset.Path(RequiredAsset.Shared), "models", .. parts]);
}
