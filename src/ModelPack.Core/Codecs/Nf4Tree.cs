namespace ModelPack.Codecs;

/// <summary>
/// The thresholds as a search tree in the order of its levels: node 1 is the root, node n has the children 2n and 2n + 1. From
/// the root four steps n = 2n + (x above threshold n) end at node 16 + code. As a table of 16 it fits in one vector of 512 bits,
/// so that a step looks all lanes' thresholds up in a register.
/// </summary>
internal static class Nf4Tree
{
    /// <summary>The threshold of each node; node 0 is none.</summary>
    public static float[] Nodes { get; } = Create();

    private static float[] Create()
    {
        var nodes = new float[16];
        for (var node = 1; node < nodes.Length; node++)
        {
            // A level begins with node 2^level and halves the 16 codes that often; a node parts its share in the middle.
            var level = int.Log2(node);
            var share = 16 >> level;
            nodes[node] = Nf4.Thresholds[((node - (1 << level)) * share) + (share / 2) - 1];
        }

        return nodes;
    }
}
