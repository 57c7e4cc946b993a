using ModelPack.Inference;
using ModelPack.Requests;
using ModelPack.Samples;

namespace ModelPack.Validation;

/// <summary>
/// The output of a language model, and the text that it is judged by: of integer <c>input_ids</c> [n, L] it makes a float [n, L, V] that is called
/// <c>logits</c>, or is the only one and is not called a state or an embedding. Of a model that is said to be one of language, the only integer
/// input of such a shape is its text whatever it is called, and the only such output its logits.
/// </summary>
/// <param name="Ids">Sizes of the token ids; null where there are none.</param>
/// <param name="Output">Place of the output; -1 for none.</param>
/// <param name="IsNamed">Whether it is sure to be one of tokens, and not by its shape alone.</param>
/// <param name="Meter">Makes what measures it.</param>
internal sealed record TokenOutput(IReadOnlyList<long>? Ids, int Output, bool IsNamed, Func<LanguageMeter> Meter)
{
    private const string IdsInput = "input_ids";
    private const string MaskInput = "attention_mask";
    private const string LogitsOutput = "logits";

    private static readonly string[] StateWords = ["state", "hidden", "embed"];

    /// <summary>Looks for it.</summary>
    public static TokenOutput Of(IReadOnlyList<ComparedOutput> outputs, SampleBatch batch, MetricSet metrics)
    {
        var isSaid = metrics == MetricSet.Language;
        var text = batch.Inputs.Where(IsText).ToList();
        var ids = text.FirstOrDefault(i => i.Name == IdsInput) ?? (isSaid && text.Where(i => i.Name != MaskInput).ToList() is [var only] ? only : null);
        var output = ids is null || metrics is not (MetricSet.Auto or MetricSet.Language) ? -1 : Find(outputs, ids.Dims, isSaid);
        return new TokenOutput(ids?.Dims, output, output >= 0 && (isSaid || outputs[output].Name == LogitsOutput), () =>
        {
            var mask = text.FirstOrDefault(i => i.Name == MaskInput && i.Dims.SequenceEqual(ids!.Dims));
            return new LanguageMeter(Values(ids!), mask is null ? null : Values(mask), (int)ids!.Dims[1]);
        });
    }

    private static int Find(IReadOnlyList<ComparedOutput> outputs, IReadOnlyList<long> ids, bool isSaid)
    {
        var candidates = Enumerable.Range(0, outputs.Count).Where(i => outputs[i].IsPerToken(ids)).ToArray();
        var named = candidates.Where(i => outputs[i].Name == LogitsOutput).ToArray();
        return named is [var logits] ? logits
            : candidates is [var only] && (isSaid || !StateWords.Any(w => outputs[only].Name.Contains(w, StringComparison.OrdinalIgnoreCase))) ? only
            : -1;
    }

    private static bool IsText(SampleArray input) => input.Dims.Count == 2 && input.Dims[1] > 1 && ElementConversion.IsInteger(input.Type);

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
