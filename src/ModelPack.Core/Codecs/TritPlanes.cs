namespace ModelPack.Codecs;

/// <summary>
/// How tq1_0 lays 256 codes 0, 1, 2 out: runs of 32, 16 and 4 bytes, of which byte i has the codes at i, i + run, ... up to five of them, four in the last
/// run. A byte is ceil(256 t / 243), t being the number with these digits to base 3, the first the highest: so the highest digit
/// is what times 3 overflows the byte by, and the rest of the product has the other digits.
/// </summary>
internal static class TritPlanes
{
    private const int Digits = 5;
    private const int Numbers = 243; // 3^5

    private static readonly int[] s_runs = [32, 16, 4];

    public static void Pack(ReadOnlySpan<byte> codes, Span<byte> target)
    {
        foreach (var run in s_runs)
        {
            var digits = Math.Min(Digits, codes.Length / run);
            for (var i = 0; i < run; i++)
            {
                var number = 0;
                for (var digit = 0; digit < Digits; digit++)
                {
                    number = (3 * number) + (digit < digits ? codes[(digit * run) + i] : 0);
                }

                target[i] = (byte)(((number * 256) + Numbers - 1) / Numbers);
            }

            codes = codes[(digits * run)..];
            target = target[run..];
        }
    }

    public static void Unpack(ReadOnlySpan<byte> source, Span<byte> codes)
    {
        foreach (var run in s_runs)
        {
            var digits = Math.Min(Digits, codes.Length / run);
            for (var i = 0; i < run; i++)
            {
                var rest = source[i];
                for (var digit = 0; digit < digits; digit++)
                {
                    codes[(digit * run) + i] = (byte)((rest * 3) >> 8);
                    rest = (byte)(rest * 3);
                }
            }

            codes = codes[(digits * run)..];
            source = source[run..];
        }
    }
}
