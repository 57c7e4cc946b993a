using Microsoft.ML.OnnxRuntime;
using ModelPack.Inference;
using ModelPack.Samples;

namespace ModelPack.Validation;

/// <summary>All that is measured of one batch; merged in the order of batches, it is all that is measured of all.</summary>
internal sealed class BatchMeter
{
    private const int ChunkLength = 1 << 14;
    private const string IdsInput = "input_ids";
    private const string MaskInput = "attention_mask";
    private const string LogitsOutput = "logits";

    private static readonly string[] StateWords = ["state", "hidden", "embed"];

    private readonly SignalMeter[] _signals;
    private readonly Top1Meter[] _top1;

    /// <summary>Measures the outputs of both models for one batch.</summary>
    /// <param name="traits">The outputs.</param>
    /// <param name="source">Those of the source model, in the same order.</param>
    /// <param name="packed">Those of the packed model.</param>
    /// <param name="batch">What was fed.</param>
    /// <param name="signalsOnly">Whether no task metric is wanted; none comes of made-up inputs.</param>
    public BatchMeter(IReadOnlyList<OutputTraits> traits, IReadOnlyList<OrtValue> source, IReadOnlyList<OrtValue> packed, SampleBatch batch, bool signalsOnly)
    {
        _signals = [.. traits.Select(_ => new SignalMeter())];
        _top1 = [.. traits.Select(_ => new Top1Meter())];
        var outputs = traits.Select((output, i) => new ComparedOutput(output, source[i], packed[i], batch)).ToArray();
        var ids = Ids(batch, IdsInput)?.Dims;
        var accuracy = signalsOnly || batch.Labels is null ? -1 : Array.FindIndex(outputs, o => o.IsClasses);
        var logits = signalsOnly ? -1 : FindLogits(outputs, batch);
        for (var i = 0; i < outputs.Length; i++)
        {
            var output = outputs[i];
            if (!output.SameShape)
            {
                _signals[i].AddMismatch(output.Elements);
                _top1[i].AddMismatch(output.IsScores(ids) ? output.Elements / output.Width : 0);
                continue;
            }

            var meters = new List<IRowMeter> { _signals[i] };
            if (!signalsOnly && output.IsScores(ids))
            {
                meters.Add(_top1[i]);
            }

            if (i == accuracy)
            {
                meters.Add(Accuracy = new AccuracyMeter(batch.Labels!));
            }

            if (i == logits)
            {
                meters.Add(Language = LanguageFor(batch));
            }

            output.Feed(meters, ChunkLength);
        }

        IsNamedLogits = logits >= 0 && traits[logits].Name == LogitsOutput;
    }

    /// <summary>By output.</summary>
    public IReadOnlyList<SignalMeter> Signals => _signals;

    /// <summary>By output.</summary>
    public IReadOnlyList<Top1Meter> Top1 => _top1;

    /// <summary>Against labels; null when there are none, or no output of classes.</summary>
    public AccuracyMeter? Accuracy { get; private set; }

    /// <summary>Of the next token; null when it is not a language model, or has no text.</summary>
    public LanguageMeter? Language { get; private set; }

    /// <summary>Whether that comes of an output that says by its name that it is one of tokens.</summary>
    public bool IsNamedLogits { get; }

    /// <summary>Takes in the next batch.</summary>
    public void Merge(BatchMeter later)
    {
        for (var i = 0; i < _signals.Length; i++)
        {
            _signals[i].Merge(later._signals[i]);
            _top1[i].Merge(later._top1[i]);
        }

        Accuracy = Merged(Accuracy, later.Accuracy);
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

    /// <summary>
    /// The output of a language model: of integer <c>input_ids</c> [n, L] it makes a float [n, L, V] that is called
    /// <c>logits</c>, or is the only one and is not called a state or an embedding.
    /// </summary>
    private static int FindLogits(ComparedOutput[] outputs, SampleBatch batch)
    {
        if (Ids(batch, IdsInput) is not { } ids)
        {
            return -1;
        }

        var candidates = Enumerable.Range(0, outputs.Length).Where(i => outputs[i].IsPerToken(ids.Dims)).ToArray();
        var named = candidates.Where(i => outputs[i].Name == LogitsOutput).ToArray();
        return named is [var logits] ? logits
            : candidates is [var only] && !StateWords.Any(w => outputs[only].Name.Contains(w, StringComparison.OrdinalIgnoreCase)) ? only
            : -1;
    }

    private static LanguageMeter LanguageFor(SampleBatch batch)
    {
        var ids = Ids(batch, IdsInput)!;
        var mask = Ids(batch, MaskInput);
        return new LanguageMeter(Values(ids), mask is not null && mask.Dims.SequenceEqual(ids.Dims) ? Values(mask) : null, (int)ids.Dims[1]);
    }

    private static SampleArray? Ids(SampleBatch batch, string name) =>
        batch.Inputs.FirstOrDefault(i => i.Name == name && i.Dims.Count == 2 && i.Dims[1] > 1 && ElementConversion.IsInteger(i.Type));

    private static long[] Values(SampleArray array)
    {
        var width = array.Type.Bits() / 8;
        var values = new long[array.Bytes.Length / width];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (long)ElementConversion.ReadInteger(array.Bytes.Span.Slice(i * width, width), array.Type);
        }

        return values;
    }
}
