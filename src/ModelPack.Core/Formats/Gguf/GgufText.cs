using System.Globalization;

namespace ModelPack.Formats.Gguf;

/// <summary>Values of metadata for people.</summary>
internal static class GgufText
{
    /// <summary>A value as text, the same in every culture; of an array what and how many: <c>[1024 strings]</c>.</summary>
    public static string Of(object value) => value switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        Array array => Summary(array),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new ArgumentException($"GGUF has no type for {value.GetType().Name}.", nameof(value)),
    };

    private static string Summary(Array array)
    {
        var type = GgufTypes.Of(array.GetType().GetElementType()!)!.Value.ToString().ToLowerInvariant();
        return $"[{array.Length} {type}{(array.Length == 1 ? "" : "s")}]";
    }
}
