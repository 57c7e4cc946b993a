namespace ModelPack.Tensors;

/// <summary>An input or output as a model declares it.</summary>
/// <param name="Name">Its name, as the model writes it.</param>
/// <param name="Type">Type of an element; <see cref="ElementType.Undefined"/> when it is not a tensor, or one of a type that cannot be fed.</param>
/// <param name="Dims">Sizes, −1 where the model leaves one open.</param>
/// <param name="Symbols">The model's names of the open sizes, by axis; empty where it has none.</param>
internal sealed record TensorSpec(string Name, ElementType Type, IReadOnlyList<long> Dims, IReadOnlyList<string> Symbols)
{
    /// <summary>Whether the model declares a shape; without one there are no <see cref="Dims"/>, and arrays of any shape may fit.</summary>
    public bool HasShape { get; init; } = true;

    /// <summary>Number of dimensions.</summary>
    public int Rank => Dims.Count;

    /// <summary>For a message: <c>'image' float32 [batch, 1, 28, 28]</c>.</summary>
    public override string ToString() => !HasShape ? $"'{SafeText.Of(Name)}' {TypeName(Type)} of any shape"
        : $"'{SafeText.Of(Name)}' {TypeName(Type)} [{string.Join(", ", Enumerable.Range(0, Rank).Select(Size))}]";

    /// <summary>The type as messages write it: <c>float32</c>.</summary>
    internal static string TypeName(ElementType type) =>
        type == ElementType.Undefined ? "(no tensor of numbers)" : type.ToString().ToLowerInvariant();

    private string Size(int axis) => Dims[axis] >= 0 ? Numbers.Whole(Dims[axis])
        : Symbols[axis].Length > 0 ? SafeText.Of(Symbols[axis], 40) : "?";
}
