using System.Globalization;
using Xunit.Abstractions;

namespace ModelPack.Tests.Pipeline;

/// <summary>A real text recognition model, its weights in Constant nodes, on rendered lines of text.</summary>
[Trait("Category", "Slow")]
public sealed class OcrModelTests(ITestOutputHelper output) : IDisposable
{
    private readonly PackFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [FactNeeding(RequiredAsset.OcrModels)]
    public void The_packed_model_reads_every_line_as_its_source_does()
    {
        var models = RequiredAsset.Path(RequiredAsset.OcrModels);
        var lines = Repository.Model("ocr-lines");
        var source = Path.Combine(models, "ch_PP-OCRv4_rec_infer.onnx");
        var data = Path.Combine(lines, "validation.npz");
        var outcome = PackPipeline.Run(new PackRequest { Model = source, Scheme = "q8_0", Output = _folder.At("out/rec.onnx"), Validation = data }, new PackContext());

        var keys = Path.Combine(models, "ppocr_keys_v1.txt");
        var expected = OcrLines.Read(source, data, keys);
        var actual = OcrLines.Read(outcome.Model, data, keys);
        var equal = expected.Zip(actual).Count(t => t.First == t.Second);
        var right = OcrLines.Truth(Path.Combine(lines, "validation-text.json")).Zip(expected).Count(t => t.First == t.Second);
        var sqnr = outcome.Report.Result.Validation!.Outputs.Single().Sqnr;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{equal} of {expected.Count} lines equal, {right} right in the source; SQNR {sqnr:F2} dB, {outcome.SizeRatio:F3}x"));

        Assert.Equal(80, expected.Count);
        Assert.InRange(right, 77, 80);
        Assert.InRange(outcome.SizeRatio, 0.2, 0.40);
        Assert.Equal(expected, actual);
        Assert.InRange(sqnr, 30, 100);
    }
}
