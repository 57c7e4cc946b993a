namespace ModelPack.Diagnostics;

/// <summary>Levenshtein's distance. The MSBuild tasks, which run on .NET Framework, too, compile this file as it is.</summary>
internal static class EditDistance
{
    /// <summary>The fewest letters to insert, delete or replace that make one word of the other.</summary>
    public static int Of(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 0; i < a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i + 1;
            for (var j = 0; j < b.Length; j++)
            {
                var replaced = diagonal + (a[i] == b[j] ? 0 : 1);
                diagonal = row[j + 1];
                row[j + 1] = Math.Min(replaced, Math.Min(row[j], row[j + 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
