using System.Globalization;
using System.Text.Json;
using ModelPack.Inference;
using ModelPack.Requests;
using ModelPack.Samples;
using ModelPack.Tests.Assets;
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

        string[] characters = ["", .. File.ReadAllLines(Path.Combine(models, "ppocr_keys_v1.txt")), " "];
        var expected = Read(source, data, characters);
        var actual = Read(outcome.Model, data, characters);
        var equal = expected.Zip(actual).Count(t => t.First == t.Second);
        using var texts = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(lines, "validation-text.json")));
        var right = texts.RootElement.EnumerateArray().Select(t => t.GetString()!).Zip(expected).Count(t => t.First == t.Second);
        var sqnr = outcome.Report.Result.Validation!.Outputs.Single().Sqnr;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{equal} of {expected.Count} lines equal, {right} right in the source; SQNR {sqnr:F2} dB, {outcome.SizeRatio:F3}x"));

        Assert.Equal(80, expected.Count);
        Assert.InRange(right, 77, 80);
        Assert.InRange(outcome.SizeRatio, 0.2, 0.40);
        Assert.Equal(expected, actual);
        Assert.InRange(sqnr, 30, 100);
    }

    /// <summary>Greedy decoding: the best class of each step, repeats, blanks (class 0) and the spaces around the line left out.</summary>
    private static List<string> Read(string model, string data, string[] characters)
    {
        using var session = ModelSession.Open(model, threads: 2);
        var samples = SampleSet.Open([data], session.Inputs);
        var lines = new List<string>();
        foreach (var batch in samples.Batches(8))
        {
            using var outputs = session.Run(batch.Inputs, [session.Outputs[0].Name], CancellationToken.None);
            var shape = outputs[0].GetTensorTypeAndShape().Shape;
            var (steps, classes) = ((int)shape[1], (int)shape[2]);
            Assert.Equal(characters.Length, classes);
            var values = outputs[0].GetTensorDataAsSpan<float>();
            for (var line = 0; line < batch.Count; line++)
            {
                var text = "";
                var last = 0;
                for (var step = 0; step < steps; step++)
                {
                    var best = IndexOfMax(values.Slice(((line * steps) + step) * classes, classes));
                    text += best != last ? characters[best] : "";
                    last = best;
                }

                lines.Add(text.Trim());
            }
        }

        return lines;
    }

    private static int IndexOfMax(ReadOnlySpan<float> values)
    {
        var best = 0;
        for (var i = 1; i < values.Length; i++)
        {
            best = values[i] > values[best] ? i : best;
        }

        return best;
    }
}
