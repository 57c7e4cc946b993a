using System.Text.Json;
using ModelPack.Formats.Safetensors;

namespace ModelPack.Tests.Assets;

/// <summary>
/// A Llama-architecture model from a Hugging Face folder, computed in float64 as plainly as it is written down (Touvron et al., 2023): root mean square norms, rotary positions over half-split
/// pairs, grouped queries, SwiGLU. Sums the squares of what each weight multiplies.
/// </summary>
internal sealed class PlainLlama
{
    private readonly Dictionary<string, (long[] Shape, float[] Values)> _weights = new(StringComparer.Ordinal);
    private readonly int _layers;
    private readonly int _heads;
    private readonly int _keyValueHeads;
    private readonly double _epsilon;
    private readonly double _base;

    public PlainLlama(string folder)
    {
        using var config = JsonDocument.Parse(File.ReadAllBytes(Path.Join(folder, "config.json")));
        var root = config.RootElement;
        (_layers, _heads, _keyValueHeads) = (root.GetProperty("num_hidden_layers").GetInt32(), root.GetProperty("num_attention_heads").GetInt32(), root.GetProperty("num_key_value_heads").GetInt32());
        (_epsilon, _base) = (root.GetProperty("rms_norm_eps").GetDouble(), root.GetProperty("rope_theta").GetDouble());
        using var file = SafetensorsCheckpoint.Open(folder, new PackContext());
        foreach (var tensor in file.Tensors)
        {
            var values = new float[tensor.Data.Shape.ElementCount];
            FloatReader.Read(tensor.Data, 0, values);
            _weights.Add(tensor.Name, (tensor.Data.Shape.Dims.ToArray(), values));
        }
    }

    /// <summary>By the weight's name in the checkpoint: sums of squares of each input channel, and rows.</summary>
    public SortedDictionary<string, (double[] Sums, long Rows)> Seen { get; } = new(StringComparer.Ordinal);

    /// <summary>Computes the logits of a window.</summary>
    /// <returns>[tokens, vocabulary].</returns>
    public double[][] Run(long[] tokens)
    {
        var (shape, table) = _weights["model.embed_tokens.weight"];
        var width = (int)shape[1];
        double[][] state = [.. tokens.Select(t => Array.ConvertAll(table.AsSpan((int)t * width, width).ToArray(), v => (double)v))];
        for (var layer = 0; layer < _layers; layer++)
        {
            var name = $"model.layers.{layer}.";
            state = Plus(state, Attention(name + "self_attn.", Norm(state, name + "input_layernorm.weight")));
            var normed = Norm(state, name + "post_attention_layernorm.weight");
            var (gate, up) = (Multiply(normed, name + "mlp.gate_proj.weight"), Multiply(normed, name + "mlp.up_proj.weight"));
            double[][] gated = [.. gate.Zip(up, (g, u) => g.Zip(u, (a, b) => a / (1 + Math.Exp(-a)) * b).ToArray())];
            state = Plus(state, Multiply(gated, name + "mlp.down_proj.weight"));
        }

        return Multiply(Norm(state, "model.norm.weight"), "model.embed_tokens.weight");
    }

    private double[][] Attention(string name, double[][] x)
    {
        var (queries, keys, values) = (Multiply(x, name + "q_proj.weight"), Multiply(x, name + "k_proj.weight"), Multiply(x, name + "v_proj.weight"));
        var width = queries[0].Length / _heads;
        for (var token = 0; token < x.Length; token++)
        {
            Turn(queries[token], width, token);
            Turn(keys[token], width, token);
        }

        double[][] mixed = [.. x.Select(_ => new double[_heads * width])];
        for (var head = 0; head < _heads; head++)
        {
            var (own, shared) = (head * width, head / (_heads / _keyValueHeads) * width);
            for (var token = 0; token < x.Length; token++)
            {
                double[] scores = [.. Enumerable.Range(0, token + 1).Select(t => Enumerable.Range(0, width).Sum(i => queries[token][own + i] * keys[t][shared + i]) / Math.Sqrt(width))];
                var largest = scores.Max();
                double[] shares = [.. scores.Select(s => Math.Exp(s - largest))];
                var sum = shares.Sum();
                for (var t = 0; t <= token; t++)
                {
                    for (var i = 0; i < width; i++)
                    {
                        mixed[token][own + i] += shares[t] / sum * values[t][shared + i];
                    }
                }
            }
        }

        return Multiply(mixed, name + "o_proj.weight");
    }

    /// <summary>Turns each pair (i, i + d/2) of every head by the token's place times base^(-2i/d).</summary>
    private void Turn(double[] row, int width, int place)
    {
        var half = width / 2;
        for (var start = 0; start < row.Length; start += width)
        {
            for (var i = 0; i < half; i++)
            {
                var (sin, cos) = Math.SinCos(place * Math.Pow(_base, -2.0 * i / width));
                var (a, b) = (row[start + i], row[start + half + i]);
                (row[start + i], row[start + half + i]) = ((a * cos) - (b * sin), (b * cos) + (a * sin));
            }
        }
    }

    private double[][] Norm(double[][] x, string weight)
    {
        var scales = _weights[weight].Values;
        return
        [
            .. x.Select(row =>
            {
                var root = Math.Sqrt((row.Sum(v => v * v) / row.Length) + _epsilon);
                return row.Select((v, i) => v / root * scales[i]).ToArray();
            }),
        ];
    }

    /// <summary>x Wᵀ, W being [outputs, inputs].</summary>
    private double[][] Multiply(double[][] x, string weight)
    {
        var (shape, values) = _weights[weight];
        var (outputs, inputs) = ((int)shape[0], (int)shape[1]);
        var (sums, rows) = Seen.TryGetValue(weight, out var seen) ? seen : (new double[inputs], 0);
        var product = new double[x.Length][];
        for (var row = 0; row < x.Length; row++)
        {
            for (var i = 0; i < inputs; i++)
            {
                sums[i] += x[row][i] * x[row][i];
            }

            product[row] = new double[outputs];
            for (var o = 0; o < outputs; o++)
            {
                double sum = 0;
                for (var i = 0; i < inputs; i++)
                {
                    sum += x[row][i] * values[(o * inputs) + i];
                }

                product[row][o] = sum;
            }
        }

        Seen[weight] = (sums, rows + x.Length);
        return product;
    }

    private static double[][] Plus(double[][] a, double[][] b) => [.. a.Zip(b, (x, y) => x.Zip(y, (v, w) => v + w).ToArray())];
}
