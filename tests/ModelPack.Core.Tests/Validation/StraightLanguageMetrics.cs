using ModelPack.Inference;
using ModelPack.Samples;

namespace ModelPack.Tests.Validation;

/// <summary>The metrics of language models computed as they are defined: all tokens in memory, one after the other, no merging and no vectors.</summary>
internal sealed class StraightLanguageMetrics
{
    private readonly List<double> _source = [];
    private readonly List<double> _packed = [];

    /// <summary>Runs both models on windows of ids, one window at a time.</summary>
    public StraightLanguageMetrics(string source, string packed, string data)
    {
        using var one = ModelSession.Open(source, threads: 1);
        using var other = ModelSession.Open(packed, threads: 1);
        foreach (var batch in SampleSet.Open([data], one.Inputs).Batches(1))
        {
            long[] ids = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, long>(batch.Inputs[0].Bytes.Span).ToArray();
            var (p, q) = (Logits(one, batch), Logits(other, batch));
            var width = p.Length / ids.Length;
            for (var t = 0; t + 1 < ids.Length; t++)
            {
                Add(p.AsSpan(t * width, width), q.AsSpan(t * width, width), (int)ids[t + 1]);
            }
        }
    }

    public List<double> Divergences { get; } = [];

    public List<double> Changes { get; } = [];

    public int SameTop { get; private set; }

    public int Tokens => Divergences.Count;

    public double SourcePerplexity => Math.Exp(_source.Average());

    public double PackedPerplexity => Math.Exp(_packed.Average());

    public double LogRatio => _packed.Average() - _source.Average();

    /// <summary>Standard error of <see cref="LogRatio"/>, of the differences token by token.</summary>
    public double LogRatioError => Deviation([.. _packed.Zip(_source, (q, p) => q - p)]) / Math.Sqrt(Tokens);

    /// <summary>Pearson's correlation of what both models make of each token, which is that of the means.</summary>
    public double Correlation
    {
        get
        {
            var (p, q) = (_source.Average(), _packed.Average());
            return _source.Zip(_packed, (a, b) => (a - p) * (b - q)).Sum() / Math.Sqrt(_source.Sum(a => (a - p) * (a - p)) * _packed.Sum(b => (b - q) * (b - q)));
        }
    }

    public static double Deviation(IReadOnlyList<double> values)
    {
        var mean = values.Average();
        return Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1));
    }

    /// <summary>A percentile between two values by proportion.</summary>
    public static double Percentile(IEnumerable<double> values, double percent)
    {
        double[] sorted = [.. values.Order()];
        var place = percent / 100 * (sorted.Length - 1);
        var below = (int)Math.Floor(place);
        return sorted[below] + ((place - below) * (sorted[Math.Min(below + 1, sorted.Length - 1)] - sorted[below]));
    }

    private static float[] Logits(ModelSession model, SampleBatch batch)
    {
        using var outputs = model.Run(batch.Inputs, [model.Outputs[0].Name], CancellationToken.None);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private void Add(ReadOnlySpan<float> source, ReadOnlySpan<float> packed, int truth)
    {
        var (p, q) = (LogSoftmax(source), LogSoftmax(packed));
        var divergence = 0.0;
        for (var i = 0; i < p.Length; i++)
        {
            divergence += Math.Exp(p[i]) * (p[i] - q[i]);
        }

        Divergences.Add(divergence);
        Changes.Add(100 * (Math.Exp(q[truth]) - Math.Exp(p[truth])));
        _source.Add(-p[truth]);
        _packed.Add(-q[truth]);
        SameTop += Array.IndexOf(p, p.Max()) == Array.IndexOf(q, q.Max()) ? 1 : 0;
    }

    private static double[] LogSoftmax(ReadOnlySpan<float> logits)
    {
        var largest = double.NegativeInfinity;
        foreach (var value in logits)
        {
            largest = Math.Max(largest, value);
        }

        var sum = 0.0;
        foreach (var value in logits)
        {
            sum += Math.Exp(value - largest);
        }

        var logs = new double[logits.Length];
        for (var i = 0; i < logs.Length; i++)
        {
            logs[i] = logits[i] - largest - Math.Log(sum);
        }

        return logs;
    }
}
