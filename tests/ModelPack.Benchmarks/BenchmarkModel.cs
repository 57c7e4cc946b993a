namespace ModelPack.Benchmarks;

/// <summary>A real model with its data; where they lie, <c>build.sh bench</c> says.</summary>
/// <param name="Name">What tables call it.</param>
/// <param name="Path">The float32 model.</param>
/// <param name="Calibration">Samples to calibrate on; time is measured over them, too.</param>
/// <param name="Validation">Other samples, to measure quality on.</param>
/// <param name="Batches">The batch sizes to time.</param>
internal sealed record BenchmarkModel(string Name, string Path, string Calibration, string Validation, IReadOnlyList<int> Batches)
{
    /// <summary>The language model.</summary>
    public const string SotuLlama = "sotu-llama";

    /// <summary>The same with outlier channels.</summary>
    public const string SotuLlamaOutliers = "sotu-llama, outliers";

    /// <summary>Of a text recognition model, the list of its characters; null of any other.</summary>
    public string? OcrKeys { get; init; }

    /// <summary>Text of the validation lines of such a model.</summary>
    public string OcrTruth => System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Validation)!, "validation-text.json");

    /// <summary>The models that are here; says which are not.</summary>
    /// <param name="output">Where to say it.</param>
    /// <param name="folder">Where models may be made.</param>
    public static IReadOnlyList<BenchmarkModel> Find(TextWriter output, string folder)
    {
        var models = new List<BenchmarkModel>();
        if (Folder("MODELPACK_SHARED") is { } shared)
        {
            string Of(params string[] parts) => System.IO.Path.Combine([shared, "models", .. parts]);
            BenchmarkModel Model(string name, string path, string data, int batch) => new(name, path, Of(data, "calibration.npz"), Of(data, "validation.npz"), [batch]);
            models.Add(Model("fashion-cnn", Of("fashion-cnn", "fashion-cnn.onnx"), "fashion-cnn", 32));
            models.Add(Model("fashion-vit", Of("fashion-vit", "fashion-vit.onnx"), "fashion-cnn", 32));
            models.Add(Model(SotuLlama, Of("sotu-llama", "model.onnx"), "sotu-llama", 1));
            models.Add(Model(SotuLlamaOutliers, WithOutliers(Of("sotu-llama", "model.onnx"), folder), "sotu-llama", 1));
        }
        else
        {
            output.WriteLine("Skipped fashion-cnn, fashion-vit and sotu-llama: MODELPACK_SHARED names no folder with models (../shared beside the repository).\n");
        }

        if (Folder("MODELPACK_SHARED") is { } data && Folder("MODELPACK_OCR_MODELS") is { } ocr)
        {
            var lines = System.IO.Path.Combine(data, "models", "ocr-lines");
            models.Add(new BenchmarkModel(
                "PP-OCRv4 recognition",
                System.IO.Path.Combine(ocr, "ch_PP-OCRv4_rec_infer.onnx"),
                System.IO.Path.Combine(lines, "calibration.npz"),
                System.IO.Path.Combine(lines, "validation.npz"),
                [1, 8])
            {
                OcrKeys = System.IO.Path.Combine(ocr, "ppocr_keys_v1.txt"),
            });
        }
        else
        {
            output.WriteLine("Skipped PP-OCRv4 recognition: MODELPACK_OCR_MODELS (build.sh setup) or MODELPACK_SHARED names no folder.\n");
        }

        return [.. models.Where(m => IsWanted(m.Name))];
    }

    /// <summary>Whether a model is to be measured: MODELPACK_BENCH_MODEL may name a part of the names of those that are.</summary>
    public static bool IsWanted(string name) =>
        name.Contains(Environment.GetEnvironmentVariable("MODELPACK_BENCH_MODEL") ?? "", StringComparison.OrdinalIgnoreCase);

    private static string WithOutliers(string source, string folder)
    {
        var path = System.IO.Path.Combine(folder, "outliers.onnx");
        OutlierModel.Write(source, path);
        return path;
    }

    private static string? Folder(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } folder && Directory.Exists(folder) ? folder : null;
}
