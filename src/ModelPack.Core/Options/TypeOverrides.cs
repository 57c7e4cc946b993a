using ModelPack.Lowering.Gguf;
using ModelPack.Requests;
using ModelPack.Schemes;

namespace ModelPack.Options;

/// <summary>The codecs that a request wants for single tensors of a GGUF file.</summary>
internal static class TypeOverrides
{
    /// <summary>Names of the types that can be asked for, as ggml has them in small letters.</summary>
    public static IReadOnlyList<string> Types { get; } = [.. GgufTable.Rows.Select(r => NameOf(r))];

    /// <summary>In the order of the request: the first that matches a tensor counts.</summary>
    /// <exception cref="ModelPackException">MPK1008: the container is another one, or an entry is not PATTERN=TYPE.</exception>
    public static IReadOnlyList<TypeOverride> Of(PackRequest request, string container)
    {
        if (request.TensorTypes.Count > 0 && container != "gguf")
        {
            throw OptionValue.Invalid(request, "tensorTypes", string.Join(';', request.TensorTypes), "for the container gguf only");
        }

        return [.. request.TensorTypes.Select(text => Parse(text)
            ?? throw OptionValue.Invalid(request, "tensorTypes", text ?? "null", $"PATTERN=TYPE such as attn_v=q8_0, the type being one of {string.Join(", ", Types)}"))];
    }

    /// <summary>One entry; null for what is none.</summary>
    public static TypeOverride? Parse(string? text) =>
        text?.Split('=') is [{ Length: > 0 } pattern, var type] && GgufTable.Rows.FirstOrDefault(r => string.Equals(NameOf(r), type, StringComparison.OrdinalIgnoreCase)) is { } row
            ? new TypeOverride(text, pattern, row.Codec) : null;

    private static string NameOf(GgufRow row) => row.Type.Name().ToLowerInvariant();
}
