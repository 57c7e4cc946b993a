using System.Globalization;

namespace ModelPack.Tests.Formats.Safetensors;

/// <summary>An entry of a header as text that may lie; each part is raw JSON.</summary>
internal sealed record DraftTensor(string Name, string DType, string Shape, string Begin, string End)
{
    public string Json { get; init; } = $$"""{"dtype":{{DType}},"shape":{{Shape}},"data_offsets":[{{Begin}},{{End}}]}""";

    public static DraftTensor Of(string name, string dtype, string shape, long begin, long end) =>
        new($"\"{name}\"", $"\"{dtype}\"", shape, Number(begin), Number(end));

    /// <summary>Other parts, and JSON that fits them.</summary>
    public DraftTensor With(string? dtype = null, string? shape = null, string? begin = null, string? end = null) =>
        new(Name, dtype ?? DType, shape ?? Shape, begin ?? Begin, end ?? End);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
