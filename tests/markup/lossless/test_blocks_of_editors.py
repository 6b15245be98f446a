"""Blocks as editors of ten years wrote them are Markdown, and a word that is "
"changed in one changes that word alone."""

from __future__ import annotations

import pytest

from postdesk.markup.gutenberg import to_blocks
from postdesk.markup.lossless import open_post, send_post

# What the source is, the Markdown that it becomes, and a word of both.
BLOCKS = {
    "a picture whose link opens elsewhere": (
        '<!-- wp:image {"id":12,"sizeSlug":"large","linkDestination":"custom"} -->\n<figure class="wp-block-image '
        'alignwide size-large"><a href="https://x.example/a" target="_blank" rel="noopener"><img '
        'src="https://b.example/a.jpg" alt="Quay" class="wp-image-12"/></a><figcaption '
        'class="wp-element-caption">At six'
        "</figcaption></figure>\n<!-- /wp:image -->",
        '[![Quay](https://b.example/a.jpg "At six")](https://x.example/a)',
        "six",
    ),
    "a picture whose words have marks": (
        '<!-- wp:image {"id":12} -->\n<figure class="wp-block-image"><img src="https://b.example/a.jpg" alt="" '
        'class="wp-image-12"/><figcaption class="wp-element-caption">Photo: <a href="/me" rel="author">Ines</a>'
        "</figcaption></figure>\n<!-- /wp:image -->",
        '<figure><img src="https://b.example/a.jpg" alt=""><figcaption>Photo: <a href="/me" rel="author">Ines</a>'
        "</figcaption></figure>",
        "Ines",
    ),
    "an aligned picture of an older version": (
        '<!-- wp:image {"align":"center"} -->\n<div class="wp-block-image"><figure class="aligncenter"><img '
        'src="https://b.example/c.jpg" alt="x"/><figcaption>Below it</figcaption></figure></div>\n<!-- /wp:image -->',
        '![x](https://b.example/c.jpg "Below it")',
        "Below",
    ),
    "a quotation and who said it": (
        '<!-- wp:quote {"className":"is-style-large"} -->\n<blockquote class="wp-block-quote is-style-large">'
        "<!-- wp:paragraph -->\n<p>Words said.</p>\n<!-- /wp:paragraph "
        "--><cite>Somebody</cite></blockquote>\n<!-- /wp:quote -->",
        "> Words said.\n>\n> <cite>Somebody</cite>",
        "said",
    ),
    "the same of an older version": (
        '<!-- wp:quote -->\n<blockquote class="wp-block-quote"><p>Words said.</p><cite>Somebody</cite></blockquote>\n'
        "<!-- /wp:quote -->",
        "> Words said.\n>\n> <cite>Somebody</cite>",
        "Somebody",
    ),
    "a table with alignment and words below": (
        '<!-- wp:table {"className":"is-style-stripes"} -->\n<figure '
        'class="wp-block-table is-style-stripes"><table><thead>'
        '<tr><th>A</th><th class="has-text-align-right" data-align="right">B</th></tr></thead><tbody><tr><td>one</td>'
        '<td class="has-text-align-right" data-align="right">two</td></tr></tbody></table><figcaption '
        'class="wp-element-caption">Caption</figcaption></figure>\n<!-- /wp:table -->',
        "| A | B |\n| --- | --: |\n| one | two |",
        "two",
    ),
    "a table without a head": (
        '<!-- wp:table -->\n<figure class="wp-block-table"><table '
        'class="has-fixed-layout"><tbody><tr><td>one</td></tr>'
        "</tbody></table></figure>\n<!-- /wp:table -->",
        '<figure class="wp-block-table"><table '
        'class="has-fixed-layout"><tbody><tr><td>one</td></tr></tbody></table></figure>',
        "one",
    ),
    "a list with looks": (
        '<!-- wp:list {"className":"is-style-x"} -->\n<ul class="is-style-x '
        'wp-block-list"><!-- wp:list-item {"className":"y"}'
        ' -->\n<li class="y">One</li>\n<!-- /wp:list-item -->\n\n<!-- wp:list-item '
        '-->\n<li>Two</li>\n<!-- /wp:list-item --></ul>\n'
        "<!-- /wp:list -->",
        '<ul class="is-style-x wp-block-list"><li class="y">One</li><li>Two</li></ul>',
        "One",
    ),
    "a poem": (
        '<!-- wp:verse -->\n<pre class="wp-block-verse">Roses  are\nred</pre>\n<!-- /wp:verse -->',
        '<pre class="wp-block-verse">Roses  are\nred</pre>',
        "red",
    ),
    "a quotation pulled out": (
        '<!-- wp:pullquote -->\n<figure '
        'class="wp-block-pullquote"><blockquote><p>Pulled</p><cite>She</cite></blockquote>'
        "</figure>\n<!-- /wp:pullquote -->",
        '<figure class="wp-block-pullquote"><blockquote><p>Pulled</p><cite>She</cite></blockquote></figure>',
        "Pulled",
    ),
    "the end of a teaser in her words": (
        '<!-- wp:more {"customText":"Go on"} -->\n<!--more Go on-->\n<!-- /wp:more -->',
        "<!--more Go on-->",
        "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BLOCKS)
def test_a_block_of_an_editor_is_markdown_and_keeps_all_but_the_word_that_changes(name: str) -> None:
    source, markdown, word = BLOCKS[name]
    around = "<!-- wp:paragraph -->\n<p>Before.</p>\n<!-- /wp:paragraph -->"
    post = open_post(f"{around}\n\n{source}")
    assert [(p.markdown, p.card) for p in post.pieces] == [("Before.", False), (markdown, False)]
    assert send_post(post, post.markdown, to_blocks).opened.content == post.content
    if word:
        sent = send_post(post, post.markdown.replace(word, "Altogether"), to_blocks)
        assert sent.opened.content == post.content.replace(word, "Altogether")
        assert sent.afresh == ()
