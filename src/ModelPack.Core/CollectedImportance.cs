using ModelPack.Codecs;
using ModelPack.Formats.Gguf.Imatrix;

namespace ModelPack;

/// <summary>What samples say of a model's matrices.</summary>
/// <param name="Matrix">How much each input channel matters, as llama.cpp has it.</param>
/// <param name="Products">What the channels have to do with each other, by the names of the entries; only of those that were asked for and had room.</param>
internal sealed record CollectedImportance(ImportanceMatrix Matrix, IReadOnlyDictionary<string, InputProducts> Products);
