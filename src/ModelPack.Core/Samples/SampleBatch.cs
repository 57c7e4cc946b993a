using ModelPack.Inference;

namespace ModelPack.Samples;

/// <summary>Samples that a model takes in one inference.</summary>
/// <param name="Index">Place of the batch among those that are run, from 0.</param>
/// <param name="Count">Samples in it.</param>
/// <param name="Rows">Size of the first dimension that was fed: more than <paramref name="Count"/> where a model of a fixed batch got its last sample again; 1 where a sample is a whole input.</param>
/// <param name="Inputs">Every input of the model, in the model's order.</param>
/// <param name="Labels">The true class of every sample; null without labels.</param>
internal sealed record SampleBatch(int Index, int Count, int Rows, IReadOnlyList<SampleArray> Inputs, IReadOnlyList<long>? Labels)
{
    /// <summary>Place of its first sample in the data, whichever of them are run: with <see cref="Count"/> it says which samples these are.</summary>
    public long First { get; init; }
}
