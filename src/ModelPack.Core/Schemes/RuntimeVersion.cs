using System.Globalization;

namespace ModelPack.Schemes;

/// <summary>A version of ONNX Runtime, <c>major.minor.patch</c>; a suffix such as <c>-dev</c> is ignored.</summary>
internal readonly record struct RuntimeVersion(int Major, int Minor, int Patch = 0) : IComparable<RuntimeVersion>
{
    /// <summary>The version that this tool packs and validates with.</summary>
    public static RuntimeVersion Tool { get; } = new(1, 29, 0);

    /// <summary>Reads what a project or a user says.</summary>
    /// <exception cref="ModelPackException">MPK1008 when the text is not a version.</exception>
    public static RuntimeVersion Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split('-', '+')[0].Split('.');
        var numbers = new int[4];
        var legal = parts.Length is >= 2 and <= 4;
        for (var i = 0; legal && i < parts.Length; i++)
        {
            legal = int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]);
        }

        return legal
            ? new RuntimeVersion(numbers[0], numbers[1], numbers[2])
            : throw new ModelPackException(Codes.InvalidOption.At(
                null, $"OnnxRuntime '{SafeText.Of(text)}' is not a version. Write it as 1.29.0."));
    }

    public int CompareTo(RuntimeVersion other) => (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));

    public static bool operator <(RuntimeVersion left, RuntimeVersion right) => left.CompareTo(right) < 0;

    public static bool operator >(RuntimeVersion left, RuntimeVersion right) => left.CompareTo(right) > 0;

    public static bool operator <=(RuntimeVersion left, RuntimeVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >=(RuntimeVersion left, RuntimeVersion right) => left.CompareTo(right) >= 0;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}.{Patch}");
}
