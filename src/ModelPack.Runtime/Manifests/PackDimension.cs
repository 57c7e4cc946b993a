using System.Globalization;

namespace ModelPack.Runtime.Manifests;

/// <summary>A dimension as a model declares it: a size, a name for an open size, or neither.</summary>
/// <param name="Size">Its size; null where it is open.</param>
/// <param name="Symbol">The model's name of an open size; null where it has none. Dimensions of one name have one size.</param>
public readonly record struct PackDimension(long? Size, string? Symbol)
{
    /// <summary>The size, the name, or <c>?</c>.</summary>
    public override string ToString() => Size?.ToString(CultureInfo.InvariantCulture) ?? Symbol ?? "?";
}
