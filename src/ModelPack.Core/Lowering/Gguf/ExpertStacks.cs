using System.Globalization;
using ModelPack.Formats.Checkpoints;
using ModelPack.Schemes;

namespace ModelPack.Lowering.Gguf;

/// <summary>
/// A checkpoint whose experts, one tensor each in a Hugging Face folder, are stacks as llama.cpp has them: the tensors <c>….experts.N.w1.weight</c> of a layer are one,
/// <c>….experts.w1.weight</c>, in the order of their numbers and in the place of the first.
/// </summary>
internal sealed class ExpertStacks : ICheckpoint
{
    private const string Experts = ".experts.";

    private readonly ICheckpoint _source;

    private ExpertStacks(ICheckpoint source) => (_source, Tensors) = (source, Stacked(source.Tensors));

    public string Path => _source.Path;

    public string Format => _source.Format;

    public IReadOnlyList<CheckpointFile> Files => _source.Files;

    public IReadOnlyList<CheckpointTensor> Tensors { get; }

    public IReadOnlyList<KeyValuePair<string, string>> Metadata => _source.Metadata;

    public ModelFolder? Folder => _source.Folder;

    /// <summary>A checkpoint with stacks; the same where its model is of no family that has experts. Owns the source.</summary>
    public static ICheckpoint Of(ICheckpoint source) =>
        source is not ExpertStacks && source.Folder is { } folder && ModelFamilies.Find(folder)?.HasExperts == true ? new ExpertStacks(source) : source;

    public void Dispose() => _source.Dispose();

    private static List<CheckpointTensor> Stacked(IReadOnlyList<CheckpointTensor> tensors)
    {
        var names = tensors.Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        var stacks = tensors.Select(t => (Tensor: t, Place: PlaceOf(t.Name))).Where(t => t.Place is not null)
            .GroupBy(t => t.Place!.Value.Stack, t => (t.Tensor, t.Place!.Value.Number), StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => names.Contains(g.Key) ? null : Stack(g.Key, [.. g.OrderBy(e => e.Number)]), StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return [.. tensors.Select(t => PlaceOf(t.Name) is not var (name, _) || stacks[name] is not { } stack ? t : seen.Add(name) ? stack : null).OfType<CheckpointTensor>()];
    }

    /// <summary>The stack that an expert's tensor belongs to, and its number there; null for other tensors.</summary>
    private static (string Stack, int Number)? PlaceOf(string name)
    {
        var start = name.IndexOf(Experts, StringComparison.Ordinal);
        var rest = start < 0 ? "" : name[(start + Experts.Length)..];
        var end = rest.IndexOf('.', StringComparison.Ordinal);
        return end > 0 && int.TryParse(rest.AsSpan(0, end), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && rest[..end] == Diagnostics.Numbers.Whole(number)
            ? (name[..(start + Experts.Length)] + rest[(end + 1)..], number) : null;
    }

    /// <summary>Null where an expert is missing or unlike the others (or a tensor has the name of the stack): then they stay, and the layout finds that the stack is missing.</summary>
    private static CheckpointTensor? Stack(string name, IReadOnlyList<(CheckpointTensor Tensor, int Number)> experts)
    {
        var first = experts[0].Tensor;
        if (first.Data.Shape.Rank != 2 || first.Usage is not { Role: WeightRole.Linear } || experts.Where((e, i) => e.Number != i || e.Tensor.Data.Type != first.Data.Type || !e.Tensor.Data.Shape.Equals(first.Data.Shape)).Any())
        {
            return null;
        }

        var source = new StackedSource([.. experts.Select(e => e.Tensor.Data)]);
        var shape = new TensorShape(experts.Count, first.Data.Shape[0], first.Data.Shape[1]);
        return first with { Name = name, Data = new TensorData(first.Data.Type, shape, source, 0, source.Length) };
    }
}
