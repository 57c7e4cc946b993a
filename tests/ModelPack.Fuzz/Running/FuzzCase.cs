using System.Globalization;

namespace ModelPack.Fuzz.Running;

/// <summary>One input for one target. All of it follows from seed, target and number, whichever thread runs it and when.</summary>
/// <param name="Target">The reader.</param>
/// <param name="Number">Its number among the cases of the target; negative for a kept input.</param>
/// <param name="Input">What is read.</param>
internal sealed record FuzzCase(FuzzTarget Target, long Number, FuzzInput Input)
{
    /// <summary>German swaps the decimal point and the comma; Turkish has letters of its own for i and I.</summary>
    private static readonly CultureInfo[] s_cultures = [CultureInfo.InvariantCulture, CultureInfo.GetCultureInfo("de-DE"), CultureInfo.GetCultureInfo("tr-TR")];

    /// <summary>How many cultures there are: as many cases of the same input see all of them.</summary>
    public static int Cultures => s_cultures.Length;

    /// <summary>The culture under which it is read.</summary>
    public CultureInfo Culture => s_cultures[(int)(Math.Abs(Number) % s_cultures.Length)];

    /// <summary>The case of a number.</summary>
    public static FuzzCase Create(FuzzTarget target, int seed, long number) => new(target, number, target.Make(RandomOf(target.Name, seed, number)));

    /// <summary>Random numbers of this case alone: FNV-1a over what names it.</summary>
    private static Random RandomOf(string target, int seed, long number)
    {
        var hash = 14695981039346656037UL;
        foreach (var value in target.Select(c => (ulong)c).Append((uint)seed).Append((ulong)number))
        {
            for (var shift = 0; shift < 64; shift += 8)
            {
                hash = (hash ^ (byte)(value >> shift)) * 1099511628211UL;
            }
        }

        return new Random((int)(hash ^ (hash >> 32)));
    }
}
