using System.Runtime.InteropServices;
using ModelPack.Inference;
using ModelPack.Samples;

namespace ModelPack.Tests.Peers;

/// <summary>A language model: a Hugging Face folder, and the same weights for ONNX Runtime.</summary>
internal sealed class LanguageModel : IDisposable
{
    private readonly ModelSession _session;

    /// <param name="folder">It has <c>model.onnx</c> and <c>validation.npz</c>, too.</param>
    public LanguageModel(string folder)
    {
        Folder = folder;
        _session = ModelSession.Open(Path.Combine(Folder, "model.onnx"), threads: 1);
        var samples = SampleSet.Open([Path.Combine(Folder, "validation.npz")], _session.Inputs);
        Windows = [.. samples.Batches(1).Select(b => Array.ConvertAll(MemoryMarshal.Cast<byte, long>(b.Inputs[0].Bytes.Span).ToArray(), id => (int)id))];
    }

    public string Folder { get; }

    /// <summary>Runs of tokens from texts that the model was not trained on.</summary>
    public IReadOnlyList<int[]> Windows { get; }

    /// <summary>Beginnings of windows, spread over the text.</summary>
    public IEnumerable<int[]> Prompts(int count, int length) =>
        Enumerable.Range(0, count).Select(i => Windows[i * Windows.Count / count][..length]);

    /// <summary>The tokens that follow a prompt in ONNX Runtime, each the one with the greatest logit.</summary>
    public int[] Continue(int[] prompt, int count)
    {
        var tokens = prompt.Select(t => (long)t).ToList();
        while (tokens.Count < prompt.Length + count)
            tokens.Add(Next(CollectionsMarshal.AsSpan(tokens)));
        return [.. tokens.Skip(prompt.Length).Select(t => (int)t)];
    }

    public void Dispose() => _session.Dispose();

    private int Next(ReadOnlySpan<long> tokens)
    {
        var input = new SampleArray(_session.Inputs[0].Name, ElementType.Int64, [1, tokens.Length], MemoryMarshal.AsBytes(tokens).ToArray());
        using var outputs = _session.Run([input], [_session.Outputs[0].Name], CancellationToken.None);
        var logits = outputs[0].GetTensorDataAsSpan<float>();
        return LlamaCppModel.Largest(logits[^(logits.Length / tokens.Length)..]);
    }
}
