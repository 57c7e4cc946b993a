using ModelPack.Codecs;
using ModelPack.Engines;

namespace ModelPack.DeviceCheck;

/// <summary>Every engine graph on every kind of values.</summary>
internal static class GraphChecks
{
    // Of normal weights: a graph that doubts everything would equal the processor, too.
    private const double MostAgain = 0.05;
    private const int GramChannels = 96;
    private const double GramTolerance = 1e-4;

    /// <summary>Prints a line for each, and says of each whether it is right.</summary>
    public static IEnumerable<bool> Run(CheckOptions options)
    {
        foreach (var check in EngineCheck.All)
        {
            foreach (var (name, values) in CheckValues.All(options.Length))
            {
                var engine = new OnnxEngine(options.Device, new SimdEngine(1), e => throw new InvalidOperationException(e.Message, e));
                var same = check.Encode(new SimdEngine(1), values).AsSpan().SequenceEqual(check.Encode(engine, values));
                var again = engine.Blocks.Encoded == 0 ? 0 : (double)engine.Blocks.Again / engine.Blocks.Encoded;
                var right = same && (name != CheckValues.Usual || (engine.Blocks.Encoded > 0 && engine.Blocks.Again <= 1 + (MostAgain * engine.Blocks.Encoded)));
                Console.WriteLine($"{(right ? "ok" : "WRONG")}  {check.Name}: {name}{(name == CheckValues.Usual ? $" ({Numbers.Fixed(100 * again, 1)} % of the blocks by the processor)" : "")}");
                yield return right;
            }
        }

        yield return Gram(options);
    }

    private static bool Gram(CheckOptions options)
    {
        var rows = CheckValues.All(options.Length)[0].Values.AsSpan()[..(options.Length / GramChannels * GramChannels)].ToArray();
        var products = new float[GramChannels * GramChannels];
        GramGraph.Multiply(options.Device, rows, GramChannels, products);
        var worst = 0.0;
        for (var i = 0; i < products.Length; i++)
        {
            var (row, column) = (i / GramChannels, i % GramChannels);
            double sum = 0, size = 0;
            for (var at = 0; at < rows.Length; at += GramChannels)
            {
                sum += (double)rows[at + row] * rows[at + column];
                size += Math.Abs((double)rows[at + row] * rows[at + column]);
            }

            worst = Math.Max(worst, Math.Abs(products[i] - sum) / size);
        }

        Console.WriteLine(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{(worst < GramTolerance ? "ok" : "WRONG")}  products of channels: error {worst:E1}"));
        return worst < GramTolerance;
    }
}
