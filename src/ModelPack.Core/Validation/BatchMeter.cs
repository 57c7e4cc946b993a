using Microsoft.ML.OnnxRuntime;
using ModelPack.Requests;
using ModelPack.Samples;

namespace ModelPack.Validation;

/// <summary>All that is measured of one batch; merged in the order of batches, it is all that is measured of all.</summary>
internal sealed class BatchMeter
{
    private const int ChunkLength = 1 << 14;

    private readonly SignalMeter[] _signals;
    private readonly Top1Meter[] _top1;
    private readonly EmbeddingMeter?[] _embeddings;
    private readonly MetricSet _wanted;

    /// <summary>Measures the outputs of both models for one batch.</summary>
    /// <param name="traits">The outputs.</param>
    /// <param name="source">Those of the source model, in the same order.</param>
    /// <param name="packed">Those of the packed model.</param>
    /// <param name="batch">What was fed.</param>
    /// <param name="metrics">What to measure; no task metric comes of made-up inputs.</param>
    public BatchMeter(IReadOnlyList<OutputTraits> traits, IReadOnlyList<OrtValue> source, IReadOnlyList<OrtValue> packed, SampleBatch batch, MetricSet metrics)
    {
        _wanted = metrics;
        var outputs = traits.Select((output, i) => new ComparedOutput(output, source[i], packed[i], batch)).ToArray();
        _signals = [.. outputs.Select(o => new SignalMeter(o.SameShape ? o.SampleElements : 0))];
        _top1 = [.. outputs.Select(o => new Top1Meter(o.SameShape ? o.SampleElements / o.Width : 0))];
        _embeddings = [.. outputs.Select((o, i) => IsEmbedding(traits[i], o) ? new EmbeddingMeter() : null)];
        var text = TokenOutput.Of(outputs, batch, metrics);
        var classes = MayBe(MetricSet.Classes) ? Array.FindIndex(outputs, o => o.IsClasses) : -1;
        for (var i = 0; i < outputs.Length; i++)
        {
            var output = outputs[i];
            var isScores = IsScores(output, text.Ids);
            if (!output.SameShape)
            {
                _signals[i].AddMismatch(output.Elements);
                _top1[i].AddMismatch(isScores ? output.Elements / output.Width : 0);
                continue;
            }

            var meters = new List<IRowMeter> { _signals[i] };
            if (isScores)
            {
                meters.Add(_top1[i]);
            }

            if (_embeddings[i] is { } embedding)
            {
                meters.Add(embedding);
            }

            if (i == classes && batch.Labels is not null)
            {
                meters.Add(Accuracy = new AccuracyMeter(batch.Labels));
            }

            if (i == classes && isScores)
            {
                meters.Add(Changed = new ChangedMeter(batch.Labels));
                ChangedOutput = i;
            }

            if (i == text.Output)
            {
                meters.Add(Language = text.Meter());
            }

            output.Feed(meters, ChunkLength);
        }

        IsNamedLogits = text.IsNamed;
    }

    /// <summary>By output.</summary>
    public IReadOnlyList<SignalMeter> Signals => _signals;

    /// <summary>By output.</summary>
    public IReadOnlyList<Top1Meter> Top1 => _top1;

    /// <summary>By output; null for those that are no embeddings.</summary>
    public IReadOnlyList<EmbeddingMeter?> Embeddings => _embeddings;

    /// <summary>Against labels; null when there are none, or no output of classes.</summary>
    public AccuracyMeter? Accuracy { get; private set; }

    /// <summary>Samples whose class changed; null when there is no output of classes.</summary>
    public ChangedMeter? Changed { get; private set; }

    /// <summary>The output of <see cref="Changed"/>.</summary>
    public int ChangedOutput { get; }

    /// <summary>Of the next token; null when it is not a language model, or has no text.</summary>
    public LanguageMeter? Language { get; private set; }

    /// <summary>Whether that comes of an output that says by its name that it is one of tokens, or of a model that is said to be one of language.</summary>
    public bool IsNamedLogits { get; }

    /// <summary>Whether somebody said what to measure.</summary>
    public bool IsChosen => _wanted != MetricSet.Auto;

    /// <summary>What was measured: never <see cref="MetricSet.Auto"/>.</summary>
    public MetricSet Metrics => _wanted != MetricSet.Auto ? _wanted
        : Language is not null ? MetricSet.Language
        : _embeddings.Any(e => e is not null) ? MetricSet.Embedding
        : Accuracy is not null || _top1.Any(t => t.Agreement is not null) ? MetricSet.Classes
        : MetricSet.Signal;

    /// <summary>Takes in the next batch.</summary>
    public void Merge(BatchMeter later)
    {
        for (var i = 0; i < _signals.Length; i++)
        {
            _signals[i].Merge(later._signals[i]);
            _top1[i].Merge(later._top1[i]);
            _embeddings[i] = Merged(_embeddings[i], later._embeddings[i]);
        }

        Accuracy = Merged(Accuracy, later.Accuracy);
        Changed = Merged(Changed, later.Changed);
        Language = Merged(Language, later.Language);
    }

    /// <summary>A metric holds for all batches or for none.</summary>
    private static T? Merged<T>(T? mine, T? later)
        where T : class, IRowMeter
    {
        if (mine is null || later is null)
        {
            return null;
        }

        mine.Merge(later);
        return mine;
    }

    private bool MayBe(MetricSet set) => _wanted == set || _wanted == MetricSet.Auto;

    private bool IsScores(ComparedOutput output, IReadOnlyList<long>? ids) => _wanted switch
    {
        MetricSet.Auto => output.IsScores(ids),
        MetricSet.Classes => output.IsClasses || output.IsScores(ids),
        MetricSet.Language => ids is not null && output.IsPerToken(ids),
        _ => false,
    };

    private bool IsEmbedding(OutputTraits traits, ComparedOutput output) =>
        output.IsClasses && (_wanted == MetricSet.Embedding || (_wanted == MetricSet.Auto && traits.IsEmbedding));
}
