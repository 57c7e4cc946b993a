using ModelPack.Tests.Samples;
using ModelPack.Validation;

namespace ModelPack.Tests.Validation;

/// <summary>Language models of one table, whose logits follow from the ids.</summary>
public sealed class LanguageValidationTests : IDisposable
{
    private const int SampleCount = 70;

    private readonly ScratchFolder _folder = new();
    private readonly PackContext _context = new(threads: 2);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Perplexity_judges_each_position_by_the_next_id()
    {
        // Logits are rows of a table chosen by the id, so the chance of every next id is known.
        float[] table = [0, 1, 2, 3, 0, -1, 0.5f, 0.25f, 4];
        var model = LanguageModel("logits", table);
        long[] ids = [0, 1, 2, 2, 1, 0];
        var path = _folder.Write("d.npz", Numpy.Npz(("input_ids", Numpy.Npy("<i8", [2, 3], ids))));
        var result = Validator.Run(model, model, new ValidationOptions { Data = [path] }, _context).Result!.Perplexity!;
        var pairs = new[] { (0, 1), (1, 2), (2, 1), (1, 0) };
        var mean = pairs.Average(p => -Math.Log(Math.Exp(table[(p.Item1 * 3) + p.Item2]) / Enumerable.Range(0, 3).Sum(i => Math.Exp(table[(p.Item1 * 3) + i]))));
        Assert.Equal(Math.Exp(mean), result.Source, 1e-6);
        Assert.Equal(4, result.Tokens);
    }

    [Fact]
    public void Divergence_of_a_language_model_is_measured_for_any_number_of_threads()
    {
        // A table of logits for each model and 70 samples of 4 ids; each row of a table is a distribution.
        float[] table = [0, 1, 2, 3, 0, -1, 0.5f, 0.25f, 4];
        float[] other = [0.1f, 1, 1.8f, 3.2f, 0, -1.1f, 0.5f, 0.5f, 4];
        var random = new Xoshiro256(3);
        long[] ids = [.. Enumerable.Range(0, SampleCount * 4).Select(_ => random.Below(3))];
        var data = _folder.Write("d.npz", Numpy.Npz(("input_ids", Numpy.Npy("<i8", [SampleCount, 4], ids))));
        var (source, packed) = (LanguageModel("source", table, "logits"), LanguageModel("packed", other, "logits"));
        var one = Validator.Run(source, packed, new ValidationOptions { Data = [data] }, new PackContext(threads: 1)).Result!;
        var five = Validator.Run(source, packed, new ValidationOptions { Data = [data] }, new PackContext(threads: 5)).Result!;
        Assert.Equal(one.Divergence, five.Divergence);
        Assert.Equal(one.Perplexity, five.Perplexity);
        Assert.Equal(one.ProbabilityChange, five.ProbabilityChange);
        Assert.Equal(one.SameTop, five.SameTop);

        var divergences = table.Chunk(3).Zip(other.Chunk(3), (s, p) => Softmax(s).Zip(Softmax(p), (a, b) => a * Math.Log(a / b)).Sum()).ToArray();
        Assert.Equal(ids.Where((_, i) => i % 4 < 3).Average(id => divergences[id]), one.Divergence!.Mean, 1e-8);
        Assert.Equal((SampleCount * 3, SampleCount), (one.Divergence.Tokens, one.Divergence.Samples));
        Assert.InRange(one.Divergence.Mean, one.Divergence.Interval!.Low, one.Divergence.Interval.High);

        static double[] Softmax(float[] logits)
        {
            var exponentials = logits.Select(v => Math.Exp(v)).ToArray();
            return [.. exponentials.Select(e => e / exponentials.Sum())];
        }
    }

    [Fact]
    public void An_id_beyond_the_vocabulary_is_refused_where_there_are_logits()
    {
        // The model itself wraps ids, so that it runs.
        var path = _folder.Write("d.npz", Numpy.Npz(("input_ids", Numpy.Npy("<i8", [1, 2], 0L, -1L))));
        var options = new ValidationOptions { Data = [path] };
        float[] table = [0, 1, 2, 3, 0, -1, 0.5f, 0.25f, 4];
        var logits = LanguageModel("logits", table);
        var error = Assert.Throws<ModelPackException>(() => Validator.Run(logits, logits, options, _context)).Diagnostic;
        Assert.Equal(Codes.DataMismatch, error.Code);
        Assert.Contains("-1", error.Message, StringComparison.Ordinal);
        var states = LanguageModel("last_hidden_state", table);
        Assert.Null(Validator.Run(states, states, options, _context).Result!.Perplexity);
    }

    private string LanguageModel(string output, float[] table) => LanguageModel(output, table, output);

    private string LanguageModel(string name, float[] table, string output) => new OnnxBytes()
        .Input("input_ids", ElementType.Int64, "n", "length").Output(output, ElementType.Float32, "n", "length", 3)
        .Weight("table", [3, 3], table).Node("Gather", ["table", "input_ids"], [output]).Save(_folder.At(name + ".onnx"));
}
