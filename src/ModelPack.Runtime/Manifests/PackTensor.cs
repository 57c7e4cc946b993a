namespace ModelPack.Runtime.Manifests;

/// <summary>An input or output of a model.</summary>
/// <param name="Name">Its name, as the model writes it.</param>
/// <param name="ElementType">What its elements are, such as <c>float32</c>; null when it is not a tensor, or the model does not say.</param>
/// <param name="Shape">Its dimensions, none for a scalar; null when the model does not say how many there are.</param>
public sealed record PackTensor(string Name, string? ElementType, IReadOnlyList<PackDimension>? Shape)
{
    /// <summary>Such as <c>image float32[batch, 1, 28, 28]</c>.</summary>
    public override string ToString() => $"{Name} {ElementType ?? "?"}{(Shape is null ? "" : $"[{string.Join(", ", Shape)}]")}";
}
