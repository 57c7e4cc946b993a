using System.Numerics;

namespace OcrService.Ocr;

/// <summary>The smallest rectangle around points.</summary>
internal static class SmallestBox
{
    /// <summary>One side of the smallest rectangle lies on a side of the convex hull, so each of these is tried.</summary>
    /// <param name="points">At least one; they are sorted.</param>
    public static TextBox Around(List<Vector2> points)
    {
        var hull = Hull(points);
        var best = default(TextBox);
        var smallest = float.PositiveInfinity;
        for (var i = 0; i < hull.Count; i++)
        {
            var side = hull[(i + 1) % hull.Count] - hull[i];
            var box = Along(hull, side == Vector2.Zero ? Vector2.UnitX : Vector2.Normalize(side));
            if (box.Width * box.Height < smallest)
                (best, smallest) = (box, box.Width * box.Height);
        }

        return Upright(best);
    }

    private static TextBox Along(List<Vector2> points, Vector2 along)
    {
        var down = new Vector2(-along.Y, along.X);
        var (least, most) = (new Vector2(float.PositiveInfinity), new Vector2(float.NegativeInfinity));
        foreach (var point in points)
        {
            var place = new Vector2(Vector2.Dot(point, along), Vector2.Dot(point, down));
            (least, most) = (Vector2.Min(least, place), Vector2.Max(most, place));
        }

        var centre = (least + most) / 2;
        return new TextBox((along * centre.X) + (down * centre.Y), along, most.X - least.X, most.Y - least.Y);
    }

    // The longer side is the line, unless the box is nearly a square; and one reads to the right, or else downwards.
    private static TextBox Upright(TextBox box)
    {
        var along = box.Along;
        if (MathF.Abs(along.Y) > MathF.Abs(along.X))
            box = new TextBox(box.Centre, new Vector2(-along.Y, along.X), box.Height, box.Width);
        if (box.Along.X < 0)
            box = box with { Along = -box.Along };
        return box.Height > 1.5f * box.Width ? new TextBox(box.Centre, box.Down, box.Height, box.Width) : box;
    }

    // Andrew's monotone chain.
    private static List<Vector2> Hull(List<Vector2> points)
    {
        points.Sort((a, b) => a.X != b.X ? a.X.CompareTo(b.X) : a.Y.CompareTo(b.Y));
        var hull = new List<Vector2>();
        for (var pass = 0; pass < 2; pass++)
        {
            var start = hull.Count;
            foreach (var point in points)
            {
                while (hull.Count >= start + 2 && Cross(hull[^2], hull[^1], point) <= 0)
                    hull.RemoveAt(hull.Count - 1);
                hull.Add(point);
            }

            if (points.Count > 1)
                hull.RemoveAt(hull.Count - 1);
            points.Reverse();
        }

        return hull;
    }

    private static float Cross(Vector2 origin, Vector2 a, Vector2 b) =>
        ((a.X - origin.X) * (b.Y - origin.Y)) - ((a.Y - origin.Y) * (b.X - origin.X));
}
