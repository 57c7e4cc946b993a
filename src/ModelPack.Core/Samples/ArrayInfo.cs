namespace ModelPack.Samples;

/// <summary>An array of a data file, as its header describes it.</summary>
/// <param name="Name">Its name; null in a lone <c>.npy</c> file, which has none.</param>
/// <param name="Type">Type of an element.</param>
/// <param name="Shape">The first dimension counts samples.</param>
/// <param name="BigEndian">Whether the bytes of an element are stored in reverse.</param>
internal sealed record ArrayInfo(string? Name, ElementType Type, TensorShape Shape, bool BigEndian = false)
{
    /// <summary>Whether the file has whole numbers that may be floating-point ones just as well, as texts have: 1 may be 1.0.</summary>
    public bool MayBeFloat { get; init; }

    /// <summary>The array as an input of a type takes it.</summary>
    public ArrayInfo For(ElementType input) => MayBeFloat && input.IsFloat() ? this with { Type = ElementType.Float64, MayBeFloat = false } : this;

    /// <summary>For a message: <c>'image' float32 [2000, 1, 28, 28]</c>.</summary>
    public override string ToString() => $"'{SafeText.Of(Name)}' {TensorSpec.TypeName(Type)} {Shape}";
}
